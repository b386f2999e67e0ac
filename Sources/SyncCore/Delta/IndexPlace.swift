/// Where the memory of an index comes from, also when the index grows.
package protocol IndexPlace: Sendable {
    /// - Throws: when there is no room for that many bytes.
    func memory(bytes: Int) throws(IndexPlaceError) -> any IndexMemory
}

/// Anonymous memory at every size, for an index that is known to be small.
package struct AnonymousIndexPlace: IndexPlace {
    package init() {}

    package func memory(bytes: Int) throws(IndexPlaceError) -> any IndexMemory { AnonymousIndexMemory(bytes: bytes) }
}

/// There is no place for an index of this size. Nothing is wrong with the sync: it can send every user.
package struct IndexPlaceError: Error, Equatable, CustomStringConvertible {
    /// Where the index should have gone.
    package let folder: String
    package let bytes: Int
    /// What the system said.
    package let problem: String

    package init(folder: String, bytes: Int, problem: String) {
        self.folder = folder
        self.bytes = bytes
        self.problem = problem
    }

    package var description: String {
        "no file of \((bytes + 999_999) / 1_000_000) MB in \(folder) for what the table holds (\(problem)): set TMPDIR to a "
            + "folder that may be written, on a disk with that much room"
    }
}
