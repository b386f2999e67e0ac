/// Counts what the records of one attempt are made of, while the parser reads them.
///
/// A record is a whole JSON object, a user or not. Damage is no record. A record counts when it has closed: an object that turns out
/// to be broken, or that is read again behind a chunk border, leaves no trace. Memory is fixed, and a sound record of the known
/// fields costs a few comparisons.
struct RecordCounts: ~Copyable {
    /// What was counted of one field. A record without any of these had a value of the right type.
    struct Field {
        var absent = 0
        var null = 0
        /// Another JSON type than the field's, null excepted.
        var mistyped = 0
    }

    /// The fields that are counted; a bit of the masks below is an index here.
    let names: [String]
    /// The bits of all fields.
    private let all: UInt64
    private let fields: UnsafeMutablePointer<Field>
    /// Characters (Unicode scalars) of each field's longest value of the right type; 0 before the first.
    let longest: UnsafeMutablePointer<Int>

    /// Users whom the source has marked as deleted.
    var deleted = 0
    /// The fields that the parser does not know.
    var unknown = UnknownFields()

    init(names: [String]) {
        precondition(names.count <= UInt64.bitWidth)
        self.names = names
        all = (1 << UInt64(names.count)) &- 1
        fields = .allocate(capacity: names.count)
        fields.initialize(repeating: Field(), count: names.count)
        longest = .allocate(capacity: names.count)
        longest.initialize(repeating: 0, count: names.count)
    }

    deinit {
        fields.deallocate()
        longest.deallocate()
    }

    subscript(index: Int) -> Field {
        precondition(names.indices.contains(index))
        return fields[index]
    }

    /// Forgets what an object has left behind that did not close.
    @inline(__always)
    mutating func discard() { unknown.discard() }

    /// Takes a record that has closed and in which every field has the right type.
    @inline(__always)
    mutating func closeSound() { unknown.close() }

    /// Takes any record that has closed. Of a field that came twice, the last value counts.
    /// - Parameters:
    ///   - typed: fields whose value has the right type, a bit each.
    ///   - mistyped: fields whose value has another type; null is one.
    ///   - null: of these, those that are null.
    @inline(never)
    mutating func close(typed: UInt64, mistyped: UInt64, null: UInt64) {
        unknown.close()
        guard typed != all else { return }
        for index in names.indices {
            let bit: UInt64 = 1 << index
            if typed & bit != 0 { continue }
            if mistyped & bit == 0 {
                fields[index].absent += 1
            } else if null & bit != 0 {
                fields[index].null += 1
            } else {
                fields[index].mistyped += 1
            }
        }
    }
}
