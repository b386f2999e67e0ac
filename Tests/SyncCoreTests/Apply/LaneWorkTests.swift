import SyncCore
import Testing

@Suite("What becomes of the messages of a lane")
struct LaneWorkTests {
    private typealias Lane = LaneWork<String>

    private func refused(_ receives: Int = 1, isFinal: Bool = false, isBatch: Bool = true) -> Lane.End {
        .refused(Lane.Refusal(receiveCount: receives, isFinal: isFinal, isBatch: isBatch))
    }

    /// Works a lane off with the given ends, and closes it. Fates read like `a:delete` or `b:1.0 s`.
    private func fates(_ policy: LanePolicy, _ names: String, _ ends: [Lane.End]) -> [String] {
        var lane = Lane(names.map { String($0) }, policy: policy)
        for end in ends where lane.next != nil { lane.ended(end) }
        lane.close()
        #expect(lane.next == nil)
        return lane.fates.map { message, fate in
            switch fate {
            case .delete: "\(message):delete"
            case .handBack(let pause): "\(message):\(pause / .seconds(1))"
            }
        }
    }

    @Test("messages are worked on lane by lane, in the order of the receive")
    func order() {
        let lanes = LaneWork.lanes(of: ["1a", "2b", "1c", "-d", "2e", "-f"], policy: .queue) {
            $0.hasPrefix("-") ? nil : String($0.prefix(1))
        }
        let worked = lanes.map { lane in
            var lane = lane
            var names: [String] = []
            while let name = lane.next {
                names.append(name)
                lane.ended(.done)
            }
            return names
        }
        #expect(worked == [["1a", "1c"], ["2b", "2e"], ["-d"], ["-f"]])
    }

    @Test("the next message is the same until its end is told")
    func next() {
        var lane = Lane(["a", "b"], policy: .queue)
        #expect(lane.next == "a")
        #expect(lane.next == "a")
        lane.ended(.done)
        #expect(lane.next == "b")
    }

    @Test("what is done is deleted, by the queue's worker and by Lambda")
    func done() {
        for policy in [LanePolicy.queue, .lambda] {
            #expect(fates(policy, "ab", [.done, .done]) == ["a:delete", "b:delete"])
        }
    }

    @Test("behind a batch that is refused nothing of its lane is touched; all of it comes again in order")
    func refusal() {
        #expect(fates(.queue, "abcd", [.done, refused(3)]) == ["a:delete", "b:4.0", "c:4.0", "d:4.0"])
        #expect(fates(.lambda, "abcd", [.done, refused(3)]) == ["a:delete", "b:0.0", "c:0.0", "d:0.0"])
    }

    @Test("a batch that was received for the last time is given up, and only then its lane passes")
    func givenUp() {
        for policy in [LanePolicy.queue, .lambda] {
            #expect(
                fates(policy, "abc", [refused(5, isFinal: true), .done, .done]) == ["a:0.0", "b:delete", "c:delete"])
        }
    }

    @Test("a second batch that is refused behind one that is given up stops the lane again")
    func twoRefusals() {
        #expect(
            fates(.queue, "abc", [refused(5, isFinal: true), refused(2), .done]) == ["a:0.0", "b:2.0", "c:2.0"])
    }

    @Test("a message that is no batch of ours holds nobody up")
    func foreign() {
        #expect(fates(.queue, "abc", [refused(isBatch: false), .done, .done]) == ["a:1.0", "b:delete", "c:delete"])
    }

    @Test("when the work is broken off, the rest is handed back at once")
    func interrupted() {
        #expect(fates(.queue, "abc", [.done, .interrupted]) == ["a:delete", "b:0.0", "c:0.0"])
        #expect(fates(.queue, "ab", []) == ["a:0.0", "b:0.0"])
    }

    @Test("whatever happens, each message has one fate, and no batch is done behind one that waits", arguments: 0..<500)
    func anyCourse(seed: UInt64) {
        var generator = Generator(state: seed)
        let count = Int.random(in: 1...10, using: &generator)
        var lane = LaneWork(Array(0..<count), policy: Bool.random(using: &generator) ? .queue : .lambda)
        var waiting: [Int] = []
        while let message = lane.next {
            #expect(waiting.isEmpty, "message \(message) is worked on behind \(waiting)")
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: lane.ended(.interrupted)
            case 1:
                let isFinal = Bool.random(using: &generator)
                let isBatch = Bool.random(using: &generator)
                lane.ended(.refused(.init(receiveCount: 1, isFinal: isFinal, isBatch: isBatch)))
                if isBatch, !isFinal { waiting.append(message) }
            default: lane.ended(.done)
            }
        }
        #expect(lane.fates.map(\.message) == Array(0..<count))
    }

    @Test("a message that is refused is hidden longer each time, up to a minute; only the queue's worker can hide")
    func pauses() {
        let seconds = (1...10).map { receives in fates(.queue, "a", [refused(receives)])[0] }
        #expect(
            seconds
                == ["1.0", "2.0", "4.0", "8.0", "16.0", "32.0", "60.0", "60.0", "60.0", "60.0"].map { "a:\($0)" })
        #expect(LanePolicy.queue.longestHold == .seconds(11 * 3600))
        #expect(LanePolicy.lambda.longestHold == nil)
    }
}

private struct Generator: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
