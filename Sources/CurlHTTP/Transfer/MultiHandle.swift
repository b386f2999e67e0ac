internal import CCurl

/// The sole owner of a libcurl multi handle, and with it of the connections and the DNS cache.
///
/// Used on the event loop's thread only, except for ``wakeUp``.
final class MultiHandle {
    private var handle: UnsafeMutableRawPointer?
    let wakeUp: Mailbox.WakeUp

    init(cachedConnections: Int) throws(CurlFailure) {
        try CurlGlobal.initialise()
        guard let handle = curl_multi_init() else { throw .noMemory }
        self.handle = handle
        wakeUp = Mailbox.WakeUp(multi: handle)
        try Self.check(ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, cachedConnections))
    }

    deinit {
        close()
    }

    /// Closes all connections. Every easy handle must have been removed before.
    func close() {
        guard let handle else { return }
        curl_multi_cleanup(handle)
        self.handle = nil
    }

    func add(_ easy: EasyHandle) throws(CurlFailure) {
        try Self.check(curl_multi_add_handle(handle, easy.handle))
    }

    /// Stops the handle's transfer if it has not ended; its connection is closed then.
    func remove(_ easy: EasyHandle) {
        // Fails only for a handle that is not in here.
        curl_multi_remove_handle(handle, easy.handle)
    }

    /// Moves all transfers as far as they go without waiting; the callbacks run in here.
    func perform() throws(CurlFailure) {
        var running: Int32 = 0
        try Self.check(curl_multi_perform(handle, &running))
    }

    func nextCompletion() -> (EasyHandle.Identity, CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(handle, &left) {
            if message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle {
                return (EasyHandle.Identity(handle: easy), ccurl_message_result(message))
            }
        }
        return nil
    }

    /// Waits until a socket is ready, a timer of libcurl's is due, somebody calls ``wakeUp``, or the time is over.
    func poll(timeout: Duration) throws(CurlFailure) {
        let (seconds, attoseconds) = timeout.components
        // Rounded up: waking a moment too early would spin until the moment has come.
        let milliseconds = Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        try Self.check(curl_multi_poll(handle, nil, 0, milliseconds, nil))
    }

    private static func check(_ code: CURLMcode) throws(CurlFailure) {
        guard code == CURLM_OK else { throw .multi(code) }
    }
}
