import TestSupport
import Testing

@Suite("Waiting and ports")
struct EventuallyTests {
    @Test("a condition that comes true ends the wait; errors before that do not")
    func comesTrue() async throws {
        var tries = 0
        try await eventually(within: .seconds(120), "the third try") {
            tries += 1
            if tries == 2 { throw TestSupportError("not yet") }
            return tries == 3
        }
        #expect(tries == 3)
    }

    @Test("a condition that never holds is an error that says what was waited for, and why not")
    func neverHolds() async {
        let error = await #expect(throws: TestSupportError.self) {
            try await eventually(within: .milliseconds(20), "the moon is green") {
                throw TestSupportError("it is grey")
            }
        }
        #expect(error?.description.contains("the moon is green") == true)
        #expect(error?.description.contains("it is grey") == true)
    }

    @Test("no port is given out twice")
    func ports() throws {
        let ports = try (0..<50).map { _ in try freePort() }
        #expect(Set(ports).count == ports.count)
    }
}
