internal import CCurl
internal import Logging

/// Runs the transfers: owns the multi handle and every easy handle, and never leaves the event loop's thread.
final class TransferDriver {
    private let mailbox: Mailbox
    private let configuration: HTTPClientConfiguration
    private let logger: Logger
    private let multi: MultiHandle
    private let turn = LoopTurn()
    private var admission: AdmissionQueue
    private var transfers: [TransferID: Transfer] = [:]
    private var running: [EasyHandle.Identity: Transfer] = [:]
    /// No transfer runs out of time before this: it is looked at anew only when it has come.
    private var nextCheck: ContinuousClock.Instant?
    private var isStopping = false

    init(mailbox: Mailbox, configuration: HTTPClientConfiguration, logger: Logger) throws(CurlFailure) {
        self.mailbox = mailbox
        self.configuration = configuration
        self.logger = logger
        admission = AdmissionQueue(maximumPerOrigin: configuration.maximumConnectionsPerHost)
        multi = try MultiHandle(cachedConnections: max(64, 2 * configuration.maximumConnectionsPerHost))
    }

    /// Runs until ``Mailbox/stop()`` or until libcurl fails as a whole.
    func run() {
        mailbox.opened(multi.wakeUp)
        var ending = (code: HTTPClientError.Code.shutdown, detail: "the client was shut down")
        do {
            while true {
                turn.now = .now
                for command in mailbox.takeCommands() { obey(command) }
                if isStopping { break }
                try multi.perform()
                while let (identity, outcome) = multi.nextCompletion() { complete(identity, outcome) }
                expire()
                turn.wakeReaders()
                try multi.poll(timeout: untilNextCheck())
            }
        } catch {
            logger.critical("HTTP client stopped: libcurl failed", metadata: ["reason": "\(error)"])
            ending = (.internalFailure, "the client's event loop ended: \(error)")
        }

        for transfer in Array(transfers.values) { forget(transfer, with: transfer.failure(ending.code, ending.detail)) }
        for case .start(let order) in mailbox.close() {
            order.channel.end(order.channel.failure(ending.code, ending.detail))
            turn.touch(order.channel)
        }
        multi.close()
        turn.wakeReaders()
        mailbox.reportEnd()
    }

    // MARK: Commands

    private func obey(_ command: Mailbox.Command) {
        switch command {
        case .start(let order):
            let transfer = Transfer(order, turn: turn)
            // Cancelled before it came here: its cancel command may have been first.
            guard !transfer.channel.isCancelled else { return mailbox.transferEnded() }
            transfers[transfer.id] = transfer
            noteDeadline(of: transfer)
            let origin = transfer.request.origin
            if admission.admit(transfer.id, to: origin), !start(transfer) { startNext(to: origin) }
        case .cancel(let id):
            guard let transfer = transfers[id] else { return }
            end(transfer, with: transfer.failure(.cancelled, "the caller gave the request up"))
        case .resume(let id):
            guard let transfer = transfers[id] else { return }
            transfer.resume()
        case .stop:
            isStopping = true
        }
    }

    /// Starts a transfer that has got a place; `false`: it failed at once and the place is free again.
    private func start(_ transfer: Transfer) -> Bool {
        do {
            let easy = try transfer.prepare()
            try multi.add(easy)
            running[easy.identity] = transfer
            return true
        } catch {
            forget(transfer, with: transfer.failure(.internalFailure, "libcurl refused the request: \(error)"))
            return false
        }
    }

    /// Gives the place of a transfer that is done to those that wait for it.
    private func startNext(to origin: String) {
        while let next = admission.finished(origin) {
            if let transfer = transfers[next], start(transfer) { return }
        }
    }

    // MARK: Ends

    private func complete(_ identity: EasyHandle.Identity, _ outcome: CURLcode) {
        guard let transfer = running[identity] else { return }
        end(transfer, with: transfer.error(for: outcome))
    }

    /// Ends a transfer, running or waiting; `error` nil: the response is complete.
    private func end(_ transfer: Transfer, with error: HTTPClientError?) {
        let origin = transfer.request.origin
        if forget(transfer, with: error) {
            startNext(to: origin)
        } else {
            admission.withdraw(transfer.id, from: origin)
        }
    }

    /// Frees a transfer's handle, then tells its reader. Returns whether it was running, and so held a place.
    @discardableResult
    private func forget(_ transfer: Transfer, with error: HTTPClientError?) -> Bool {
        transfers[transfer.id] = nil
        let easy = transfer.release()
        let wasRunning = easy.flatMap { running.removeValue(forKey: $0.identity) } != nil
        if let easy, wasRunning { multi.remove(easy) }
        transfer.channel.end(error)
        turn.touch(transfer.channel)
        mailbox.transferEnded()
        logger.debug(
            "HTTP exchange over",
            metadata: [
                "host": "\(transfer.request.authority)", "method": "\(transfer.request.method)",
                "outcome": "\(error?.code.rawValue ?? "complete")", "body_bytes": "\(transfer.channel.bytesReceived)",
            ])
        return wasRunning
    }

    // MARK: Time

    private func noteDeadline(of transfer: Transfer) {
        guard let check = transfer.clock.nextCheck(from: turn.now) else { return }
        nextCheck = nextCheck.map { min($0, check) } ?? check
    }

    private func expire() {
        guard let nextCheck, turn.now >= nextCheck else { return }
        // A copy: whatever ends here may let another one start.
        for transfer in Array(transfers.values) {
            if let expiry = transfer.clock.expiry(at: turn.now) { end(transfer, with: transfer.error(for: expiry)) }
        }
        self.nextCheck = transfers.values.compactMap { $0.clock.nextCheck(from: turn.now) }.min()
    }

    private func untilNextCheck() -> Duration {
        guard let nextCheck else { return Self.longestSleep }
        return min(max(nextCheck - .now, .zero), Self.longestSleep)
    }

    private static let longestSleep = Duration.seconds(60)
}
