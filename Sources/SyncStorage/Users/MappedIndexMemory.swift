import Glibc
import SyncCore

/// An index's memory in a file: the kernel may write its pages out and drop them, so they take none of the memory that the
/// process must have. Unmapped with the last reference, which also frees the disk.
final class MappedIndexMemory: IndexMemory {
    let bytes: UnsafeMutableRawBufferPointer

    /// - Parameter file: has at least `count` bytes; it may be closed afterwards.
    init(_ file: IndexFile, bytes count: Int, folder: String) throws(IndexPlaceError) {
        let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw IndexPlaceError(folder: folder, bytes: count, problem: String(cString: strerror(errno)))
        }
        bytes = UnsafeMutableRawBufferPointer(start: address, count: count)
    }

    deinit {
        munmap(bytes.baseAddress, bytes.count)
    }

    func expect(_ access: IndexAccess) {
        let advice =
            switch access {
            case .random: MADV_RANDOM
            case .sequential: MADV_SEQUENTIAL
            }
        madvise(bytes.baseAddress, bytes.count, advice)
    }
}
