import ArgumentParser
import NIOCore

/// Writes the stream's body to standard output, as fast as it is taken.
struct BodyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "body",
        abstract: "Writes the body of the stream to standard output, without HTTP."
    )

    @OptionGroup(title: "Data")
    var data: DataOptions

    func run() async throws {
        var blocks = BlockSource(BodyGenerator(data.profile), targetBytes: 64 << 10, endsAtArrays: false)
        var out = StandardOutput()
        while let block = blocks.next() {
            try block.bytes.withUnsafeReadableBytes { try out.write($0) }
        }
        try out.flush()
    }
}
