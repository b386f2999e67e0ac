internal import CCurl
internal import Glibc
internal import Logging

/// The thread that runs all transfers of a client.
///
/// This object is the handle that other threads hold; the work is ``TransferDriver``'s, which lives on the thread alone.
final class EventLoop: Sendable {
    let mailbox: Mailbox

    init(configuration: HTTPClientConfiguration, logger: Logger) {
        let mailbox = Mailbox(maximumTransfers: configuration.maximumRequests)
        self.mailbox = mailbox
        let started = Self.startThread {
            do {
                try TransferDriver(mailbox: mailbox, configuration: configuration, logger: logger).run()
            } catch {
                logger.critical("HTTP client cannot run", metadata: ["reason": "\(error)"])
                Self.refuseAll(mailbox)
            }
        }
        if !started {
            logger.critical("HTTP client cannot run", metadata: ["reason": "the system refused a thread"])
            Self.refuseAll(mailbox)
        }
    }

    /// Ends all transfers with ``HTTPClientError/Code/shutdown`` and returns when their handles and connections are freed.
    func shutdown() async {
        mailbox.stop()
        await mailbox.waitForEnd()
    }

    private static func refuseAll(_ mailbox: Mailbox) {
        for case .start(let order) in mailbox.close() {
            order.channel.end(order.channel.failure(.internalFailure, "the client's event loop could not start"))
            order.channel.wakeReader()
        }
        mailbox.reportEnd()
    }

    private final class ThreadBody {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private static func startThread(_ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(ThreadBody(run))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let body = Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
                // Nobody joins it: its end is reported through the mailbox.
                pthread_detach(pthread_self())
                ccurl_name_this_thread("http-loop")
                EventLoop.blockSignals()
                body.run()
                return nil
            }, body.toOpaque())
        if result != 0 { body.release() }
        return result == 0
    }

    /// Signals are other threads' business, and OpenSSL writes without `MSG_NOSIGNAL`: a connection that the server has closed would
    /// end the process by SIGPIPE.
    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
    }
}
