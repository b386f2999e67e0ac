internal import CCurl
internal import Synchronization

/// The only way into the event loop's thread: a locked queue of commands and a wake-up.
final class Mailbox: Sendable {
    enum Command: Sendable {
        case start(TransferOrder)
        case cancel(TransferID)
        /// The reader has made room in a paused response.
        case resume(TransferID)
        case stop
    }

    enum Acceptance {
        case accepted, full, closed
    }

    private struct State {
        var commands: [Command] = []
        var wakeUp: WakeUp?
        var isWakeUpOnItsWay = false
        /// Transfers accepted and not yet reported as ended.
        var transfers = 0
        var isAccepting = true
        var isClosed = false
        var hasEnded = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []

        mutating func append(_ command: Command) {
            commands.append(command)
            guard let wakeUp, !isWakeUpOnItsWay else { return }
            isWakeUpOnItsWay = true
            wakeUp()
        }
    }

    private let maximumTransfers: Int
    private let state = Mutex(State())
    private let nextID = Atomic<UInt64>(0)

    init(maximumTransfers: Int) {
        self.maximumTransfers = maximumTransfers
    }

    func makeTransferID() -> TransferID {
        TransferID(number: nextID.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    // MARK: Any thread

    /// Hands a transfer to the event loop. Once accepted, its channel is told an end.
    func submit(_ order: TransferOrder) -> Acceptance {
        state.withLock { state in
            guard state.isAccepting else { return .closed }
            guard state.transfers < maximumTransfers else { return .full }
            state.transfers += 1
            state.append(.start(order))
            return .accepted
        }
    }

    /// Posts a command about a transfer. Dropped when the loop has ended: it has nothing left to act on.
    func post(_ command: Command) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.append(command)
        }
    }

    /// Refuses new transfers and asks the loop to end those it has.
    func stop() {
        state.withLock { state in
            guard state.isAccepting else { return }
            state.isAccepting = false
            state.append(.stop)
        }
    }

    /// Returns when the loop has ended and freed everything. Not cut short by cancellation: the loop's end is near and bounded.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    // MARK: The event loop's thread

    func opened(_ wakeUp: WakeUp) {
        state.withLock { $0.wakeUp = wakeUp }
    }

    func takeCommands() -> [Command] {
        state.withLock { state in
            var commands: [Command] = []
            swap(&commands, &state.commands)
            state.isWakeUpOnItsWay = false
            return commands
        }
    }

    func transferEnded() {
        state.withLock { $0.transfers -= 1 }
    }

    /// Closes the box before the multi handle goes: nobody can wake it afterwards. Returns the commands nobody has seen.
    func close() -> [Command] {
        state.withLock { state in
            state.isAccepting = false
            state.isClosed = true
            state.wakeUp = nil
            var commands: [Command] = []
            swap(&commands, &state.commands)
            return commands
        }
    }

    /// Tells those who wait for the end.
    func reportEnd() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            var waiting: [CheckedContinuation<Void, Never>] = []
            swap(&waiting, &state.waitingForEnd)
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension Mailbox {
    /// The one use of the multi handle that other threads are allowed.
    ///
    /// Unchecked: `curl_multi_wakeup` is documented as callable from any thread while the handle lives, and the mailbox forgets it
    /// under its lock before the handle is freed. <https://curl.se/libcurl/c/curl_multi_wakeup.html>
    struct WakeUp: @unchecked Sendable {
        fileprivate let multi: UnsafeMutableRawPointer

        init(multi: UnsafeMutableRawPointer) {
            self.multi = multi
        }

        fileprivate func callAsFunction() {
            // Can fail only by a full wake-up socket, and then a wake-up is on its way already.
            curl_multi_wakeup(multi)
        }
    }
}
