import SyncCore
import TestSupport
import Testing

@Suite("The trace of a sync")
struct TraceContextTests {
    private func context(seed: UInt64 = 1) -> TraceContext {
        var generator = SeededGenerator(seed: seed)
        return TraceContext(using: &generator)
    }

    @Test("every batch of a sync names the sync's trace, and itself as the parent")
    func batches() throws {
        let context = context()
        let first = context.traceparent(batch: 1)
        #expect(first == "00-\(context.traceID)-0000000000000001-01")
        #expect(context.traceparent(batch: 1017).contains("-00000000000003f9-"))
        for number in [1, 1017, Int64.max] {
            let text = context.traceparent(batch: number)
            #expect(TraceContext(traceparent: text) == context)
            #expect("traceparent".utf8.count + "String".utf8.count + text.utf8.count == TraceContext.attributeBytes)
        }
    }

    @Test("two syncs have two traces")
    func distinct() {
        #expect(context(seed: 1).traceID != context(seed: 2).traceID)
        #expect(context().traceID.utf8.count == 32)
    }

    @Test(
        "what is no context is no trace",
        arguments: [
            "", "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
            "00-0af7651916cd43dd8448eb211c80319c+b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333é-01",
        ])
    func refused(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test("a context that another program sent is taken")
    func foreign() {
        let context = TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
        #expect(context?.traceID == "0af7651916cd43dd8448eb211c80319c")
    }
}
