/// Tells whether a body ends where its JSON ends, by the brackets outside objects: one bit, no depth.
///
/// In a body that begins with `[`, each `[` and each user opens, and a `]` outside damage closes. A body that ends open is a cut,
/// also when its transfer was complete. In a body without brackets only an object that is still open at the end is a cut.
struct StreamBrackets {
    /// Where in the body the reader stands.
    private enum Place {
        /// In a body without brackets, or before its first byte.
        case plain
        /// The body ended in an object, and no user was found in it.
        case inObject
        /// In an array.
        case inArray
        /// Behind an array, with nothing but separators since.
        case betweenArrays
        /// Behind an array, with something since that is no array.
        case behindFragment
    }

    private var place = Place.plain
    private var isBracketed = false
    /// A `]` before this point may belong to an object that turned out to be none.
    private var doubtfulUntil: Int64 = 0
    /// Whether the body ended in an object of an array: whatever brackets that holds, it is a cut.
    private var endsInObjectOfArray = false

    /// Whether something is still open.
    var isOpen: Bool { place == .inArray || place == .inObject }

    @inline(__always)
    mutating func takeUser() {
        place = isBracketed ? .inArray : .plain
        doubtfulUntil = 0
    }

    /// Takes a `[`.
    /// - Parameter isFirst: whether nothing but separators came before it.
    mutating func open(isFirst: Bool) {
        if isFirst { isBracketed = true }
        if isBracketed { place = .inArray }
    }

    /// Takes a `]` outside damage.
    mutating func close() {
        if isBracketed, !endsInObjectOfArray { place = .betweenArrays }
    }

    /// Takes something that is neither a user nor a bracket.
    /// - Returns: whether it is the first such thing behind an array.
    mutating func takeFragment() -> Bool {
        guard place == .betweenArrays else { return false }
        place = .behindFragment
        return true
    }

    /// An attempt at an object has failed, after looking at all bytes before `end`.
    mutating func doubt(until end: Int64) { doubtfulUntil = max(doubtfulUntil, end) }

    /// Whether a `]` at this point lies outside all objects that turned out to be none.
    func isTrusted(at offset: Int64) -> Bool { offset >= doubtfulUntil }

    /// The body has ended in an object.
    mutating func endInObject() {
        if place == .inArray { endsInObjectOfArray = true }
        if !isBracketed { place = .inObject }
    }
}
