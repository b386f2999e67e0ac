import Foundation
import TestSupport
import Testing

@testable import ServiceRuntime

@Suite("Arguments of the process")
struct ProcessArgumentsTests {
    @Test("what Swift reports is taken")
    func reported() {
        #expect(ProcessArguments.after(reported: ["worker", "health"], commandLine: "/nowhere") == ["health"])
        #expect(ProcessArguments.after(reported: ["worker"], commandLine: "/proc/self/cmdline") == [])
    }

    @Test(
        "what Swift has lost is read from the kernel",
        arguments: [
            [], ["migrate"], ["users", "show", ""], ["", "x"], ["sync", "--minimum-percent", "0"], ["ána", "a b\n"],
        ])
    func lost(arguments: [String]) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/cmdline"
        let text = (["/usr/bin/orchestrator"] + arguments).map { $0 + "\0" }.joined()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(ProcessArguments.after(reported: [], commandLine: path) == arguments)
        #expect(ProcessArguments.after(reported: [], commandLine: "/nowhere") == [])
    }

    @Test("the kernel's file is the one of this process")
    func own() {
        let found = ProcessArguments.after(reported: [], commandLine: "/proc/self/cmdline")
        #expect(found == Array(CommandLine.arguments.dropFirst()))
    }
}
