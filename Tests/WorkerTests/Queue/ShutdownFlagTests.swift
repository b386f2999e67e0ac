import Testing

@testable import Worker

@Suite("Being told to stop")
struct ShutdownFlagTests {
    @Test("a wait ends when the flag is set", .timeLimit(.minutes(1)))
    func wakes() async {
        let flag = ShutdownFlag()
        let waits = (0..<10).map { _ in Task { await flag.sleep(for: .seconds(3600)) } }
        flag.begin()
        for wait in waits { await wait.value }
        #expect(flag.isSet)
        await flag.sleep(for: .seconds(3600))
    }

    @Test("a wait ends with its task, and by itself when its time is over", .timeLimit(.minutes(1)))
    func ends() async {
        let flag = ShutdownFlag()
        let cancelled = Task { await flag.sleep(for: .seconds(3600)) }
        cancelled.cancel()
        await cancelled.value
        await flag.sleep(for: .milliseconds(1))
        await flag.sleep(for: .zero)
        #expect(!flag.isSet)
    }
}
