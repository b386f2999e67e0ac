import DequeModule
import HeapModule

/// Decides which batches go into the next `SendMessageBatch` call: a bounded queue that keeps each lane in order.
///
/// A pure state machine: it does no I/O and reads no clock. The caller puts batches in with ``enqueue(_:at:)`` while
/// ``hasRoom``, sends every call that ``nextCall(at:)`` hands out, as many at once as it likes, and reports each
/// entry's outcome on its own. When `nextCall` has nothing, the caller waits for a batch, for an outcome, or until
/// ``nextWakeup``.
///
/// - **Order.** At most one batch of a lane is in flight, and the next one only follows when it was stored or given up.
///   So a lane's batches reach the queue in the order in which they came, whatever is retried.
/// - **Calls** hold at most `maximumEntriesPerCall` entries of `maximumCallBytes` in all. While other calls are in
///   flight a call that could still be filled waits, for `linger` at most; with nothing in flight, or once closed, it
///   goes at once.
/// - **No starvation.** Lanes are served in the order in which they became ready, and the first is part of every call.
/// - **Cost.** Finding a call looks at four times its entries at most, however many batches wait.
package struct SendWindow: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// What became of an entry that failed.
    package enum FailedEntry: Sendable, Hashable {
        /// It is sent again, no earlier than `notBefore`; `attempts` were made so far.
        case retries(attempts: Int, notBefore: Instant)
        /// It is not sent again, and no longer in the window; the lane goes on with its next batch.
        case givenUp(Batch, attempts: Int)
        /// No batch with this number is in flight: nothing changed.
        case unexpected
    }

    private struct Lane {
        var waiting: Deque<Batch> = []
        var inFlight: Batch?
        /// How often the first batch was sent without success.
        var attempts = 0
        /// How long the first batch has been refused; nil when it was not.
        var outage: (start: Instant, patience: Patience)?
        var isBackingOff = false
        /// Since when the first batch could have been sent; meaningful while the lane is in `ready`.
        var readySince: Instant?
    }

    private struct Retry: Comparable {
        let notBefore: Instant
        let lane: Int

        static func < (left: Self, right: Self) -> Bool { left.notBefore < right.notBefore }
    }

    /// The outcome of looking for the next call's lanes.
    private struct Selection {
        var taken: [Int] = []
        /// Lanes whose batch did not fit beside those taken.
        var skipped: [Int] = []
        /// How many lanes at the front of `ready` were looked at.
        var examined = 0
        var isFull = false
    }

    package let configuration: Configuration
    package private(set) var counters = Counters()
    /// Whether the caller has said that no further batch comes.
    package private(set) var isClosed = false
    /// The batches held: waiting and in flight.
    package private(set) var count = 0
    /// The body bytes of the batches held.
    package private(set) var bytes = 0

    private var lanes: [Int: Lane] = [:]
    /// Lanes whose first batch may be sent now, longest ready first.
    private var ready: Deque<Int> = []
    private var retries: Heap<Retry> = []
    /// The lane of each batch in flight.
    private var inFlight: [Int64: Int] = [:]
    private var lastNumber: Int64 = .min

    package init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Whether another batch may be put in; while not, the stream is not read on.
    package var hasRoom: Bool { count < configuration.maximumBatches }

    /// Whether every batch put in was stored or given up.
    package var isEmpty: Bool { count == 0 }

    /// The batches in calls whose outcome is not known yet.
    package var inFlightCount: Int { inFlight.count }

    /// When `nextCall` may have something although nothing else happens; nil when only an event can bring that about.
    package var nextWakeup: Instant? {
        let retry = retries.min?.notBefore
        guard let lane = ready.first, let readySince = lanes[lane]?.readySince else { return retry }
        let lingered = readySince + configuration.linger
        return retry.map { min($0, lingered) } ?? lingered
    }

    /// Puts a batch in, behind those of its lane. Batches come in ascending order of their numbers.
    ///
    /// - Throws: ``SendWindowError`` when there is no room, or the batch can never be sent. Nothing is changed then.
    package mutating func enqueue(_ batch: Batch, at now: Instant) throws(SendWindowError) {
        guard !isClosed else { throw .closed }
        guard hasRoom else { throw .full(maximumBatches: configuration.maximumBatches) }
        guard batch.number > lastNumber else { throw .outOfOrder(number: batch.number, last: lastNumber) }
        guard size(of: batch) <= configuration.maximumCallBytes else {
            throw .tooLarge(
                number: batch.number,
                bytes: size(of: batch),
                maximumCallBytes: configuration.maximumCallBytes
            )
        }
        lastNumber = batch.number
        count += 1
        bytes += batch.body.count
        counters.enqueued += 1
        lanes[batch.lane, default: Lane()].waiting.append(batch)
        makeReady(batch.lane, at: now)
    }

    /// Says that no further batch comes: from now on no call waits to be filled.
    package mutating func close() {
        isClosed = true
    }

    /// Takes out the batches of the next call, or returns nil when there is none now.
    ///
    /// The batches are of different lanes and are in flight from now on: each needs ``succeeded(_:at:)`` or
    /// ``failed(_:retryable:at:using:)``, also when the whole call failed.
    package mutating func nextCall(at now: Instant) -> [Batch]? {
        while let retry = retries.min, retry.notBefore <= now {
            retries.removeMin()
            lanes[retry.lane]?.isBackingOff = false
            makeReady(retry.lane, at: now)
        }
        let selection = selectLanes()
        counters.lanesExamined += selection.examined
        guard !selection.taken.isEmpty, selection.isFull || mayGoPartly(at: now) else { return nil }

        ready.removeFirst(selection.examined)
        ready.insert(contentsOf: selection.skipped, at: 0)
        let batches = selection.taken.compactMap { startSending(lane: $0) }
        counters.calls += 1
        counters.entries += batches.count
        return batches
    }

    /// Reports batches that the queue has stored.
    package mutating func succeeded(_ numbers: some Sequence<Int64>, at now: Instant) {
        for number in numbers {
            guard let (lane, batch) = finishSending(number) else { continue }
            counters.sent += 1
            counters.usersSent += batch.users
            counters.bytesSent += batch.body.count
            remove(batch, from: lane, at: now)
        }
    }

    /// Reports a batch that the queue has not stored, or of which that is not known.
    ///
    /// - Parameters:
    ///   - retryable: Whether sending the same again can help. SQS's `SenderFault` means that it cannot.
    ///   - generator: Where the jitter of the wait before the next attempt comes from.
    /// - Returns: What becomes of the batch. The caller decides what a batch that was given up means for its sync.
    package mutating func failed(
        _ number: Int64,
        retryable: Bool,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> FailedEntry {
        guard let (lane, batch) = finishSending(number) else { return .unexpected }
        let attempts = (lanes[lane]?.attempts ?? 0) + 1
        var outage = lanes[lane]?.outage ?? (now, configuration.patience)
        let decision = outage.patience.failed(
            at: now - outage.start, random: .random(in: 0..<1, using: &generator))
        guard retryable, case .tryAgain(let pause) = decision else {
            counters.givenUp += 1
            remove(batch, from: lane, at: now)
            return .givenUp(batch, attempts: attempts)
        }
        let notBefore = now + pause
        lanes[lane]?.outage = outage
        counters.retries += 1
        lanes[lane]?.attempts = attempts
        lanes[lane]?.isBackingOff = true
        lanes[lane]?.waiting.prepend(batch)
        retries.insert(Retry(notBefore: notBefore, lane: lane))
        return .retries(attempts: attempts, notBefore: notBefore)
    }
}

extension SendWindow {
    /// What an entry adds to its call, in bytes.
    private func size(of batch: Batch) -> Int {
        batch.body.count + configuration.attributeBytesPerEntry
    }

    /// Chooses among the first lanes that are ready those whose batches go together into a call.
    ///
    /// A batch that does not fit beside those chosen is passed over for smaller ones behind it; it comes first next
    /// time.
    private func selectLanes() -> Selection {
        var selection = Selection()
        var callBytes = 0
        for lane in ready.prefix(4 * configuration.maximumEntriesPerCall) {
            selection.examined += 1
            guard let batch = lanes[lane]?.waiting.first else { continue }
            if callBytes + size(of: batch) <= configuration.maximumCallBytes {
                callBytes += size(of: batch)
                selection.taken.append(lane)
                if selection.taken.count == configuration.maximumEntriesPerCall { break }
            } else {
                selection.skipped.append(lane)
            }
        }
        // Full when another batch of their own size would not fit either: waiting would bring nothing.
        let averageBytes = callBytes / max(1, selection.taken.count)
        selection.isFull =
            selection.taken.count == configuration.maximumEntriesPerCall || !selection.skipped.isEmpty
            || callBytes + averageBytes > configuration.maximumCallBytes
        return selection
    }

    /// Whether a call that could still be filled goes nevertheless.
    private func mayGoPartly(at now: Instant) -> Bool {
        guard !isClosed, !inFlight.isEmpty else { return true }
        guard let lane = ready.first, let readySince = lanes[lane]?.readySince else { return false }
        return readySince + configuration.linger <= now
    }

    private mutating func startSending(lane: Int) -> Batch? {
        lanes[lane]?.readySince = nil
        guard let batch = lanes[lane]?.waiting.popFirst() else { return nil }
        lanes[lane]?.inFlight = batch
        inFlight[batch.number] = lane
        return batch
    }

    private mutating func finishSending(_ number: Int64) -> (lane: Int, batch: Batch)? {
        guard let lane = inFlight.removeValue(forKey: number), let batch = lanes[lane]?.inFlight else {
            counters.unexpectedOutcomes += 1
            return nil
        }
        lanes[lane]?.inFlight = nil
        return (lane, batch)
    }

    /// Drops a batch that was stored or given up, and lets its lane go on.
    private mutating func remove(_ batch: Batch, from lane: Int, at now: Instant) {
        count -= 1
        bytes -= batch.body.count
        lanes[lane]?.attempts = 0
        lanes[lane]?.outage = nil
        makeReady(lane, at: now)
    }

    /// Queues a lane for sending if it has a batch that may be sent and is not queued yet.
    private mutating func makeReady(_ lane: Int, at now: Instant) {
        guard let state = lanes[lane], state.readySince == nil, state.inFlight == nil, !state.isBackingOff,
            !state.waiting.isEmpty
        else { return }
        lanes[lane]?.readySince = now
        ready.append(lane)
    }
}
