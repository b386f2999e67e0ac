import Glibc

/// Says which cases were under way when the process crashed, since a crash leaves no other way to tell.
///
/// The handler of a signal may neither lock nor allocate: it reads numbers that were written before, and writes bytes.
final class CrashReport: Sendable {
    /// One number a worker, read by the handler. Only the worker itself writes its own, and a torn read is impossible: it is one
    /// aligned word.
    nonisolated(unsafe) private static var seeds = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE]

    /// - Parameter workers: how many cases run at once.
    init(workers: Int) {
        Self.seeds = .allocate(capacity: workers)
        Self.seeds.initialize(repeating: 0)
        for number in Self.signals {
            signal(number) { number in
                CrashReport.write("crashed while reading one of these seeds:")
                for seed in CrashReport.seeds where seed != 0 { CrashReport.write(seed) }
                CrashReport.write("\n")
                // Ends the process as it would have ended without this handler.
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    func begin(seed: UInt64, worker: Int) {
        Self.seeds[worker] = seed
    }

    func end() {
        for number in Self.signals { signal(number, SIG_DFL) }
        let seeds = Self.seeds
        Self.seeds = UnsafeMutableBufferPointer(start: nil, count: 0)
        seeds.deallocate()
    }

    private static func write(_ text: StaticString) {
        _ = Glibc.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }

    private static func write(_ number: UInt64) {
        var digits: InlineArray<21, UInt8> = .init(repeating: UInt8(ascii: " "))
        var index = 20
        var rest = number
        repeat {
            digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
            index -= 1
        } while rest > 0 && index > 0
        withUnsafeBytes(of: &digits) { bytes in
            guard let start = bytes.baseAddress else { return }
            _ = Glibc.write(STDERR_FILENO, start + index, 21 - index)
        }
    }
}
