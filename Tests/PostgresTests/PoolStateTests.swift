import Testing

@testable import Postgres

@Suite("The pool's decisions") struct PoolStateTests {
    private typealias State = PoolState<String>

    private func waiter(_ acquisition: State.Acquisition) -> UInt64? {
        if case .wait(let waiter) = acquisition { waiter } else { nil }
    }

    private func isConnect(_ acquisition: State.Acquisition) -> Bool {
        if case .connect = acquisition { true } else { false }
    }

    @Test("what is idle is removed by its age, the oldest first, and makes room for a new one")
    func idleTooLong() {
        var state = State(maximumConnections: 3, maximumWaiters: 1)
        let start = ContinuousClock.now
        for _ in 0..<3 { _ = state.acquire() }
        for (index, name) in ["a", "b", "c"].enumerated() {
            _ = state.release(name, at: start + .seconds(index))
        }
        #expect(state.idleSince == start)
        #expect(state.removeIdle(since: start + .seconds(1)) == ["a", "b"])
        #expect(state.idle == ["c"] && state.busy == 0 && state.idleSince == start + .seconds(2))
        guard case .use("c") = state.acquire(), case .connect = state.acquire() else {
            return #expect(Bool(false), "no room")
        }
        #expect(state.idleSince == nil)
    }

    @Test(
        "what is kept stays however old, and is what was used last; the others go by their age", arguments: 0...4, 0...4
    )
    func kept(idle: Int, kept: Int) {
        var state = State(maximumConnections: 4, maximumWaiters: 1, keptConnections: kept)
        let start = ContinuousClock.now
        for _ in 0..<idle { _ = state.acquire() }
        for index in 0..<idle { _ = state.release("\(index)", at: start + .seconds(index)) }
        let removable = max(0, idle - kept)
        #expect(state.idleSince == (removable == 0 ? nil : start))
        #expect(state.removeIdle(since: start + .seconds(3600)) == (0..<removable).map { "\($0)" })
        #expect(state.idle == (removable..<max(removable, idle)).map { "\($0)" })
        #expect(state.idleSince == nil)
        // A pool that closes, or that asks all of them, keeps none.
        #expect(state.takeIdle().count == min(idle, kept))
    }

    @Test("connections are made up to the limit, then tasks wait, then they are refused")
    func limits() {
        var state = State(maximumConnections: 2, maximumWaiters: 1)
        #expect(isConnect(state.acquire()))
        #expect(isConnect(state.acquire()))
        #expect(waiter(state.acquire()) != nil)
        guard case .crowded = state.acquire() else { return #expect(Bool(false), "not refused") }
        #expect(state.busy == 2)
        #expect(state.waiting == 1)
    }

    @Test("the last connection that came back is the first that goes out")
    func lastFirst() {
        var state = State(maximumConnections: 2, maximumWaiters: 1)
        _ = state.acquire()
        _ = state.acquire()
        _ = state.release("a")
        _ = state.release("b")
        #expect(state.idle == ["a", "b"])
        guard case .use("b") = state.acquire() else { return #expect(Bool(false), "not the last one") }
    }

    @Test("who has waited longest is served first, with a connection or with the slot of a lost one")
    func fairness() throws {
        var state = State(maximumConnections: 1, maximumWaiters: 9)
        _ = state.acquire()
        let first = try #require(waiter(state.acquire()))
        let second = try #require(waiter(state.acquire()))
        guard case .wake(first) = state.release("a") else { return #expect(Bool(false), "not the first") }
        guard case .use("a") = state.collect(first) else { return #expect(Bool(false), "no connection") }
        #expect(state.releaseSlot() == second)
        guard case .connect = state.collect(second) else { return #expect(Bool(false), "no slot") }
        #expect(state.busy == 1)
        #expect(state.releaseSlot() == nil)
        #expect(state.busy == 0)
    }

    @Test("who gives up gets back what was given in the same moment")
    func givingUp() throws {
        var state = State(maximumConnections: 1, maximumWaiters: 9)
        _ = state.acquire()
        let first = try #require(waiter(state.acquire()))
        #expect(state.giveUp(first) == nil)
        #expect(state.waiting == 0)
        let second = try #require(waiter(state.acquire()))
        _ = state.release("a")
        guard case .use("a") = state.giveUp(second) else { return #expect(Bool(false), "the connection is lost") }
        guard case .kept = state.release("a") else { return #expect(Bool(false), "not kept") }
        #expect(state.busy == 0)
    }

    @Test("a closed pool gives up what it has and takes nothing back")
    func closing() throws {
        var state = State(maximumConnections: 2, maximumWaiters: 9)
        _ = state.acquire()
        _ = state.acquire()
        _ = state.release("idle")
        _ = state.acquire()
        let waiting = try #require(waiter(state.acquire()))
        _ = state.release("given")
        let later = try #require(waiter(state.acquire()))
        let closed = state.close()
        #expect(closed.connections.isEmpty)
        #expect(closed.waiters == [later])
        guard case .use("given") = state.collect(waiting) else { return #expect(Bool(false), "the grant is lost") }
        guard case .closed = state.acquire() else { return #expect(Bool(false), "not refused") }
        guard case .close = state.release("given") else { return #expect(Bool(false), "not closed") }
        #expect(state.releaseSlot() == nil)
        #expect(state.busy == 0)
    }

    @Test("whatever happens in whatever order, no slot is lost and none is given twice")
    func randomWalk() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SplitMix(state: seed)
            var state = State(maximumConnections: 3, maximumWaiters: 5)
            var held: [String] = []
            var connecting = 0
            var waiting: [UInt64] = []
            var made = 0
            func receive(_ grant: State.Grant?) {
                switch grant {
                case .use(let connection): held.append(connection)
                case .connect: connecting += 1
                case nil: break
                }
            }
            func woken(_ waiter: UInt64?) {
                guard let waiter, let index = waiting.firstIndex(of: waiter) else { return }
                waiting.remove(at: index)
                receive(random.next().isMultiple(of: 2) ? state.collect(waiter) : state.giveUp(waiter))
            }
            for _ in 0..<300 {
                switch random.next() % 5 {
                case 0, 1:
                    switch state.acquire() {
                    case .use(let connection): held.append(connection)
                    case .connect: connecting += 1
                    case .wait(let waiter): waiting.append(waiter)
                    case .crowded: #expect(waiting.count == 5)
                    case .closed: #expect(Bool(false), "closed by nobody")
                    }
                case 2 where connecting > 0:
                    connecting -= 1
                    made += 1
                    held.append("\(made)")
                case 3 where !held.isEmpty:
                    if random.next().isMultiple(of: 4) {
                        held.removeLast()
                        woken(state.releaseSlot())
                    } else if case .wake(let waiter) = state.release(held.removeLast()) {
                        woken(waiter)
                    }
                case 4 where !waiting.isEmpty:
                    receive(state.giveUp(waiting.removeFirst()))
                default: break
                }
                #expect(state.busy == held.count + connecting)
                #expect(state.busy + state.idle.count <= 3)
                #expect(Set(held + state.idle).count == held.count + state.idle.count)
                #expect(waiting.isEmpty || state.busy == 3)
            }
        }
    }
}
