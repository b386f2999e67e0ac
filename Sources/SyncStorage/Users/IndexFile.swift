import Glibc
import SyncCore

/// A file without a name, with the space for all its bytes reserved. Closed with the last reference.
///
/// The space is reserved because a mapped file has no other way to say that the disk is full than a SIGBUS in mid-sync. The
/// name is gone at once, so nothing is left behind however the process ends.
final class IndexFile: Sendable {
    let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Makes the file in a folder. Waits for the disk, so it does not belong on the cooperative pool.
    static func reserve(bytes: Int, in folder: String) throws(IndexPlaceError) -> IndexFile {
        func failure(_ code: Int32) -> IndexPlaceError {
            IndexPlaceError(folder: folder, bytes: bytes, problem: String(cString: strerror(code)))
        }
        // A name that nobody can guess or has taken already (O_EXCL also follows no link), readable for nobody else.
        let path = "\(folder)/user-sync-\(UInt64.random(in: 0 ... .max))\(UInt64.random(in: 0 ... .max))"
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(errno) }
        let file = IndexFile(descriptor: descriptor)
        guard unlink(path) == 0 else { throw failure(errno) }
        // To ask first is kinder than to fill the disk up and then let go of it. Beyond the limit of a file's size, a SIGXFSZ would
        // end the process.
        guard bytes <= largestFile() else { throw failure(EFBIG) }
        guard hasRoom(descriptor, bytes: bytes) else { throw failure(ENOSPC) }
        var code = EINTR
        while code == EINTR { code = posix_fallocate(descriptor, 0, bytes) }
        guard code == 0 else { throw failure(code) }
        return file
    }

    private static func largestFile() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Whether the file system says that it has so much room. One that does not know its size is believed.
    private static func hasRoom(_ descriptor: Int32, bytes: Int) -> Bool {
        var facts = statvfs()
        guard fstatvfs(descriptor, &facts) == 0, facts.f_blocks > 0, facts.f_frsize > 0 else { return true }
        return UInt(bytes) / facts.f_frsize < facts.f_bavail
    }
}
