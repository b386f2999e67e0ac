extension String {
    /// Joins parts in one allocation; interpolation would grow the string part by part.
    init(concatenating parts: String...) {
        var length = 0
        for part in parts { length += part.utf8.count }
        self.init(unsafeUninitializedCapacity: length) { output in
            var end = 0
            for part in parts {
                end = output[end...].initialize(fromContentsOf: part.utf8)
            }
            return end
        }
    }
}
