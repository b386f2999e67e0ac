/// The memory that a ``UserIndex`` lives in: zeros at first, given back with the last reference.
package protocol IndexMemory: AnyObject {
    /// Valid as long as the object.
    var bytes: UnsafeMutableRawBufferPointer { get }

    /// Says how the bytes are read from now on; a hint that changes no result.
    func expect(_ access: IndexAccess)
}

/// How the bytes of an index are read.
package enum IndexAccess: Sendable {
    /// One user here, one there: to read ahead is a waste.
    case random
    /// From the first byte to the last.
    case sequential
}

/// Memory that no file stands behind.
package final class AnonymousIndexMemory: IndexMemory {
    package let bytes: UnsafeMutableRawBufferPointer

    package init(bytes count: Int) {
        bytes = .allocate(byteCount: count, alignment: MemoryLayout<UInt64>.alignment)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        bytes.deallocate()
    }

    package func expect(_ access: IndexAccess) {}
}
