/// Tells whether a body ends where its JSON ends, by the brackets outside objects: one bit after the first user.
///
/// In a body with brackets, each `[` and each user opens, and a `]` outside damage closes. A body that ends open is a cut, also
/// when its transfer was complete. In a body without brackets only an object that is still open at the end is a cut.
///
/// A body has brackets if it begins with `[`, or if an array is open at its first user, whatever junk comes before. `)]}'` and then
/// an array: brackets. A log line with `[main]` and then one object per line: none.
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
    /// Open `[` before the first user.
    private var depthBeforeUsers = 0
    /// A `]` before this point may belong to an object that turned out to be none.
    private var doubtfulUntil: Int64 = 0
    /// Whether the body ended in an object of an array: whatever brackets that holds, it is a cut.
    private var endsInObjectOfArray = false

    /// Whether something is still open.
    var isOpen: Bool { place == .inArray || place == .inObject }

    @inline(__always)
    mutating func takeUser() {
        if depthBeforeUsers > 0 {
            isBracketed = true
            depthBeforeUsers = 0
        }
        place = isBracketed ? .inArray : .plain
        doubtfulUntil = 0
    }

    /// Takes a `[`.
    /// - Parameter isFirst: whether nothing but separators came before it.
    mutating func open(isFirst: Bool) {
        if isFirst { isBracketed = true }
        if isBracketed { place = .inArray }
    }

    /// Takes a `[` before the first user. Inside a failed object it opens no array, but within one it must be counted, as its `]` is.
    mutating func openBeforeUsers(at offset: Int64) {
        if isTrusted(at: offset) || depthBeforeUsers > 0 { depthBeforeUsers += 1 }
    }

    /// Takes a `]` before the first user.
    mutating func closeBeforeUsers(at offset: Int64) {
        if isTrusted(at: offset), depthBeforeUsers > 0 { depthBeforeUsers -= 1 }
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
        if place == .inArray || depthBeforeUsers > 0 { endsInObjectOfArray = true }
        if !isBracketed { place = .inObject }
    }
}
