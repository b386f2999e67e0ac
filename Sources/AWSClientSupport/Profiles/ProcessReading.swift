import Glibc

/// What a process has printed so far: its output whole, and the end of what it wrote to standard error.
struct ProcessReading {
    private(set) var output: [UInt8] = []
    private var errors: [UInt8] = []
    private let outputDescriptor: Int32
    private let errorDescriptor: Int32
    private let maximumBytes: Int
    private var errorsEnded = false

    /// The reason of a failure stands at the end of what a program says.
    private static let keptErrorBytes = 2_048
    private static let shownCharacters = 300

    init(output: Int32, errorOutput: Int32, maximumBytes: Int) {
        outputDescriptor = output
        errorDescriptor = errorOutput
        self.maximumBytes = maximumBytes
    }

    /// What it wrote to standard error, as the end of a sentence: one line of printable text.
    var reason: String {
        // A character that the cut has split shows as a replacement, and goes.
        let text = String(decoding: errors, as: UTF8.self).drop { $0 == "\u{FFFD}" }
        let line = ErrorText.oneLine(String(text.suffix(Self.shownCharacters)), maximumCharacters: Self.shownCharacters)
        return line.isEmpty ? "" : ": \(line)"
    }

    /// Reads until the output ends; `false` when that takes too long or is too much.
    mutating func untilOutputEnds(by end: ContinuousClock.Instant) -> Bool {
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return false }
            let (isOutputReady, areErrorsReady) = wait(left, forOutput: true)
            if areErrorsReady { readErrors() }
            guard isOutputReady else { continue }
            guard let bytes = Self.read(outputDescriptor) else { return false }
            if bytes.isEmpty { return true }
            output += bytes
            guard output.count <= maximumBytes else { return false }
        }
    }

    /// Reads what is there of standard error, waiting for a moment. A child of the process may hold it open for long.
    mutating func takeErrors(waiting time: Duration) {
        guard !errorsEnded else {
            usleep(2_000)
            return
        }
        // Bounded, since a child may write without end.
        for _ in 0..<64 {
            guard wait(time, forOutput: false).errors else { return }
            readErrors()
        }
    }

    private func wait(_ time: Duration, forOutput: Bool) -> (output: Bool, errors: Bool) {
        // poll(2) passes over a descriptor below zero.
        var descriptors = [
            pollfd(fd: forOutput ? outputDescriptor : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errorsEnded ? -1 : errorDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = time > .zero ? Int32(clamping: Int64(time / .milliseconds(1)) + 1) : 0
        guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return (false, false) }
        return (descriptors[0].revents != 0, descriptors[1].revents != 0)
    }

    private mutating func readErrors() {
        guard let bytes = Self.read(errorDescriptor), !bytes.isEmpty else { return errorsEnded = true }
        errors = Array((errors + bytes).suffix(Self.keptErrorBytes))
    }

    /// What is there to be read, waiting for it; empty at the end, `nil` on failure.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            return count < 0 ? nil : Array(buffer[..<count])
        }
    }
}
