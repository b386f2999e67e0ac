/// Tells whether a body ends where its JSON ends, by the brackets outside objects: one bit behind the first user.
///
/// In a body with brackets, each `[` and each user opens, and a `]` outside damage closes. A body that ends open is a cut, also
/// when its transfer was complete. In a body without brackets only an object that is still open at the end is a cut.
///
/// A body has brackets when it begins with `[`, or when its first user stands behind a `[` that nothing has closed, whatever junk
/// came before: `)]}'` and then an array has, a log line with `[main]` and then one object per line has not.
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
    /// Before the first user: how many `[` are open.
    private var openBeforeUsers = 0
    /// A `]` before this point may belong to an object that turned out to be none.
    private var doubtfulUntil: Int64 = 0
    /// Whether the body ended in an object of an array: whatever brackets that holds, it is a cut.
    private var endsInObjectOfArray = false

    /// Whether something is still open.
    var isOpen: Bool { place == .inArray || place == .inObject }

    @inline(__always)
    mutating func takeUser() {
        if openBeforeUsers > 0 {
            isBracketed = true
            openBeforeUsers = 0
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

    /// Takes a `[` at this point, before the first user. In what turned out to be no object it opens nothing, but it has its `]`.
    mutating func openBeforeUsers(at offset: Int64) {
        if isTrusted(at: offset) || openBeforeUsers > 0 { openBeforeUsers += 1 }
    }

    /// Takes a `]` at this point, before the first user.
    mutating func closeBeforeUsers(at offset: Int64) {
        if isTrusted(at: offset), openBeforeUsers > 0 { openBeforeUsers -= 1 }
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
        if place == .inArray || openBeforeUsers > 0 { endsInObjectOfArray = true }
        if !isBracketed { place = .inObject }
    }
}
