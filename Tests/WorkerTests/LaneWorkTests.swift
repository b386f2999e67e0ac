import SQS
import Testing

@testable import Worker

@Suite("The lanes of an invocation")
struct LaneWorkTests {
    /// `7:a` is message `a` of lane 7; `a` alone has no lane.
    private func records(_ names: String...) throws -> [QueueEvent.Record] {
        let records = names.map { name in
            let parts = name.split(separator: ":")
            let group = parts.count == 2 ? #""MessageGroupId":"\#(parts[0])""# : ""
            return #"{"messageId":"\#(parts.last ?? "")","body":"x","attributes":{\#(group)}}"#
        }
        return try QueueEvent(json: Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8)).records
    }

    /// Works a lane off with the given ends.
    private func failed(_ lane: LaneWork, _ ends: BatchApplier.Disposition...) -> [String] {
        var lane = lane
        for end in ends where lane.next() != nil { lane.ended(end) }
        lane.close()
        return lane.failed
    }

    @Test("messages are worked on lane by lane, in the order of the event")
    func order() throws {
        let lanes = LaneWork.lanes(of: try records("1:a", "2:b", "1:c", "d", "2:e", "f"))
        let names = lanes.map { lane in
            var lane = lane
            var names: [String] = []
            while let record = lane.next() {
                names.append(record.message.messageID)
                lane.ended(.done)
            }
            return names
        }
        #expect(names == [["a", "c"], ["b", "e"], ["d"], ["f"]])
    }

    @Test("what is done is not reported")
    func done() throws {
        let lane = LaneWork.lanes(of: try records("1:a", "1:b"))[0]
        #expect(failed(lane, .done, .done) == [])
    }

    @Test("after a failure the rest of the lane is reported untouched")
    func failure() throws {
        let lane = LaneWork.lanes(of: try records("1:a", "1:b", "1:c", "1:d"))[0]
        #expect(failed(lane, .done, .rejected(isFinal: false)) == ["b", "c", "d"])
        #expect(failed(lane, .done, .interrupted) == ["b", "c", "d"])
        var blocked = lane
        blocked.ended(.rejected(isFinal: false))
        #expect(blocked.next() == nil)
    }

    @Test("a message that fails for the last time leaves its lane, which goes on")
    func finalFailure() throws {
        let lane = LaneWork.lanes(of: try records("1:a", "1:b", "1:c"))[0]
        #expect(failed(lane, .rejected(isFinal: true), .done, .done) == ["a"])
        #expect(failed(lane, .rejected(isFinal: true), .rejected(isFinal: false)) == ["a", "b", "c"])
    }

    @Test("what there was no time for is reported")
    func noTime() throws {
        let lane = LaneWork.lanes(of: try records("1:a", "1:b"))[0]
        #expect(failed(lane) == ["a", "b"])
        #expect(failed(lane, .done) == ["b"])
    }

    @Test("the answer is the one that Lambda reads")
    func response() {
        #expect(String(decoding: InvocationHandler.response([]), as: UTF8.self) == #"{"batchItemFailures":[]}"#)
        #expect(
            String(decoding: InvocationHandler.response(["a", "b\""]), as: UTF8.self)
                == #"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b\""}]}"#)
    }
}
