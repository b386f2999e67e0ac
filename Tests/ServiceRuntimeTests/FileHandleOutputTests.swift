import Foundation
import Testing

@testable import ServiceRuntime

@Suite("What is written to a file")
struct FileHandleOutputTests {
    @Test("a result that a full disk does not take is an error; a log line is dropped")
    func fullDisk() throws {
        let file = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let output = FileHandleOutput(descriptor: file.fileDescriptor)
        output.write("a log line\n")
        #expect(throws: OutputError(code: ENOSPC)) { try output.write(Array("a result\n".utf8)) }
        #expect("\(OutputError(code: ENOSPC))".contains("No space left"))
    }

    @Test("everything is written, also more than a pipe holds")
    func pipe() async throws {
        let pipe = Pipe()
        let (reading, writing) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
        let bytes = [UInt8](repeating: 0x61, count: 1 << 20)
        // Both may block: on threads of their own.
        DispatchQueue.global().async {
            try? FileHandleOutput(descriptor: writing.fileDescriptor).write(bytes)
            try? writing.close()
        }
        let read = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: try? reading.readToEnd()) }
        }
        #expect(read?.count == bytes.count)
    }
}
