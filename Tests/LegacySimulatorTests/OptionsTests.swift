import ArgumentParser
import Testing

@testable import LegacySimulator

@Suite("Options")
struct OptionsTests {
    @Test("without options the source behaves like the real one")
    func defaults() throws {
        let command = try #require(try LegacySimulator.parseAsRoot([]) as? ServeCommand)
        #expect(command.data.profile == DataProfile())
        #expect(command.transport.profile == ServingProfile())
        #expect(command.faults.profile == FaultProfile())
        #expect(command.data.profile.junkRate == 0.2)
        #expect(command.faults.profile.internalErrorRate == 0.2)
        #expect(command.transport.profile.interval == .milliseconds(100))
    }

    @Test("options reach the profiles")
    func options() throws {
        let command = try #require(
            try LegacySimulator.parseAsRoot([
                "serve", "--seed", "9", "--users", "10", "--format", "ndjson", "--encoding", "gzip", "--chunk-bytes",
                "random:64",
                "--error-500-rate", "0", "--error-429-rate", "1", "--retry-after", "2", "--stall", "1.5", "--cut-first",
                "3", "--bom",
                "--extra-fields", "--interval-ms", "0",
            ]) as? ServeCommand)
        #expect(command.data.profile.seed == 9 && command.data.profile.users == 10)
        #expect(command.data.profile.format == .ndjson)
        #expect(command.data.profile.byteOrderMark && command.data.profile.extraFields)
        #expect(command.transport.profile == .init(interval: .zero, coding: .gzip, chunkSize: .random(upTo: 64)))
        #expect(command.faults.profile.stall == .milliseconds(1500))
        #expect(command.faults.profile.retryAfterSeconds == 2 && command.faults.profile.cutFirst == 3)
    }

    @Test(
        "a value that makes no sense is refused by the option's name",
        arguments: [
            ["--junk-rate", "1.5"], ["--damaged-rate=-0.1"], ["--duplicate-rate", "nan"], ["--users=-1"],
            ["--array-size", "0"],
            ["--port", "70000"], ["--chunk-bytes", "0"], ["--chunk-bytes", "random:x"], ["--cut-at", "2"],
            ["--stall=-1"],
            ["--format", "xml"], ["--interval-ms=-5"], ["--error-500-rate", "2"],
        ])
    func refused(arguments: [String]) {
        let option = arguments[0].split(separator: "=")[0]
        do {
            _ = try LegacySimulator.parseAsRoot(arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(LegacySimulator.fullMessage(for: error).contains(option))
            #expect(LegacySimulator.exitCode(for: error) == .validationFailure)
        }
    }
}
