import Glibc
import Postgres
package import SyncCore

/// The place for indexes: anonymous memory for small ones, an unlinked file in a folder for large ones.
package struct IndexFolder: IndexPlace {
    /// A million users and some more.
    package static let defaultMaximumAnonymousBytes = 32 << 20

    private let path: String
    /// The largest index that needs no file.
    private let maximumAnonymousBytes: Int

    /// - Parameter path: where files are made; it is looked at only when one is needed.
    package init(_ path: String, maximumAnonymousBytes: Int = defaultMaximumAnonymousBytes) {
        self.path = path
        self.maximumAnonymousBytes = maximumAnonymousBytes
    }

    /// Waits for the disk when a file is needed.
    package func memory(bytes: Int) throws(IndexPlaceError) -> any IndexMemory {
        guard bytes > maximumAnonymousBytes else { return AnonymousIndexMemory(bytes: bytes) }
        return try MappedIndexMemory(IndexFile.reserve(bytes: bytes, in: path), bytes: bytes, folder: path)
    }

    /// An index for so many users, whose file is made on a thread of its own.
    nonisolated(nonsending) func index(expecting users: Int) async throws(IndexPlaceError) -> UserIndex {
        let bytes = UserIndex.byteCount(expecting: users)
        guard bytes > maximumAnonymousBytes else {
            return UserIndex(expecting: users, memory: AnonymousIndexMemory(bytes: bytes), growingIn: self)
        }
        let memory = try MappedIndexMemory(try await reserve(bytes), bytes: bytes, folder: path)
        return UserIndex(expecting: users, memory: memory, growingIn: self)
    }

    private nonisolated(nonsending) func reserve(_ bytes: Int) async throws(IndexPlaceError) -> IndexFile {
        let path = path
        let result: Result<IndexFile, IndexPlaceError> = await withCheckedContinuation { continuation in
            let code = DetachedThread.start(name: "index-file") {
                continuation.resume(
                    returning: Result { () throws(IndexPlaceError) in try IndexFile.reserve(bytes: bytes, in: path) })
            }
            guard code != 0 else { return }
            continuation.resume(
                returning: .failure(
                    IndexPlaceError(folder: path, bytes: bytes, problem: String(cString: strerror(code)))))
        }
        return try result.get()
    }
}
