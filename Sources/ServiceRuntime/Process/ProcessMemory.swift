private import CMalloc

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What this process takes of the machine's memory.
package enum ProcessMemory {
    /// Blocks from this size on, in bytes, go back to the kernel when they are freed.
    private static let largeBlock: Int32 = 64 << 10

    /// Has large blocks go back to the kernel as soon as they are freed.
    ///
    /// glibc does so from 128 KiB on at first, but raises its threshold to the largest block that was ever freed
    /// ([mallopt(3)](https://man7.org/linux/man-pages/man3/mallopt.3.html)). Bodies of a quarter of a megabyte that come and go
    /// then stay resident in fragments. To be called once, before there are other threads.
    package static func returnLargeBlocks() {
        // Fails only for a value that is out of range, and then everything stays as it was.
        _ = mallopt(M_MMAP_THRESHOLD, largeBlock)
    }

    /// The largest resident set size this process ever had, in bytes (`VmHWM` of `/proc/self/status`); nil where there is no procfs.
    package static func peakResidentBytes() -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        return peakResidentBytes(inStatus: status)
    }

    static func peakResidentBytes(inStatus status: String) -> Int? {
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard fields.count == 3, fields[2] == "kB", let kibibytes = Int(fields[1]) else { return nil }
            return kibibytes * 1024
        }
        return nil
    }
}
