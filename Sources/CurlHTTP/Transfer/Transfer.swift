internal import CCurl
internal import Glibc
internal import Logging

/// One request on its way: the easy handle, libcurl's callbacks, and what they found out.
///
/// Used on the event loop's thread only. The callbacks touch this object, its channel and the turn, and never the multi handle.
final class Transfer {
    /// What libcurl reads from a socket at once, and so what reaches a fast reader in one piece.
    static let receiveBufferBytes = 256 << 10

    let request: PreparedRequest
    let channel: ResponseChannel
    private(set) var clock: TransferClock
    /// Whether it holds one of the places of its origin.
    var isRunning = false

    private let turn: LoopTurn
    private var easy: EasyHandle?
    private var headParser = ResponseHeadParser()
    private(set) var hasHead = false
    private var bodyOffset = 0
    /// What a callback found wrong; says more than libcurl's "the callback failed".
    private(set) var fault: HTTPClientError?

    var id: TransferID { channel.id }

    init(_ order: TransferOrder, turn: LoopTurn) {
        request = order.request
        channel = order.channel
        clock = TransferClock(order.request.timeouts, startedAt: order.submittedAt)
        self.turn = turn
    }

    /// libcurl's own words for the last failure.
    var curlMessage: String { easy?.errorMessage ?? "" }

    /// The status of the proxy's answer to `CONNECT`, if there was one.
    var connectStatus: Int? { easy?.connectStatus }

    /// Gives the handle away to be removed and freed.
    func release() -> EasyHandle? {
        defer { easy = nil }
        return easy
    }

    /// Lets a response that the reader had paused go on.
    func resume() {
        clock.resumed(at: turn.now)
        easy?.unpause()
    }
}

// MARK: - Set-up

extension Transfer {
    /// Makes the easy handle.
    func prepare() throws(CurlFailure) -> EasyHandle {
        let easy = try EasyHandle()
        self.easy = easy
        try easy.set(CURLOPT_URL, request.url)
        try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try easy.set(CURLOPT_PATH_AS_IS, true)
        try easy.set(CURLOPT_FOLLOWLOCATION, false)
        // One exchange a connection at a time: how a body was cut is plain, and a stalled stream holds up no other request.
        try easy.set(CURLOPT_HTTP_VERSION, ccurl_http_1_1())
        try setProxy(on: easy)
        try easy.set(CURLOPT_NOSIGNAL, true)
        // A cancelled request does not wait for its name lookup to return, which would stop every other transfer.
        try easy.set(CURLOPT_QUICK_EXIT, true)
        try easy.set(CURLOPT_TCP_KEEPALIVE, true)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, request.timeouts.connect.wholeMilliseconds)
        try setTLS(on: easy)
        try easy.setHeaders(request.headerLines)
        try setMethodAndBody(on: easy)
        try setCallbacks(on: easy)
        return easy
    }

    /// Always says which, if any: libcurl would else read the environment by itself, for plain http and loopback too.
    private func setProxy(on easy: EasyHandle) throws(CurlFailure) {
        try easy.set(CURLOPT_PROXY, request.proxy?.url ?? "")
        try easy.set(CURLOPT_NOPROXY, request.proxy?.exceptions ?? "")
        guard let proxy = request.proxy else { return }
        // The proxy's answer to CONNECT does not belong to the response.
        try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        guard proxy.url.lowercased().hasPrefix("https://") else { return }
        try easy.set(CURLOPT_PROXY_SSLVERSION, ccurl_tls_1_2_or_later())
        guard let file = request.certificateAuthorityFile else { return }
        try easy.set(CURLOPT_PROXY_CAINFO, file)
        try easy.clear(CURLOPT_PROXY_CAPATH)
    }

    private func setTLS(on easy: EasyHandle) throws(CurlFailure) {
        try easy.set(CURLOPT_SSL_VERIFYPEER, true)
        try easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        try easy.set(CURLOPT_SSLVERSION, ccurl_tls_1_2_or_later())
        guard let file = request.certificateAuthorityFile else { return }
        try easy.set(CURLOPT_CAINFO, file)
        // Else the system's directory of certificates would be trusted as well.
        try easy.clear(CURLOPT_CAPATH)
    }

    private func setMethodAndBody(on easy: EasyHandle) throws(CurlFailure) {
        if request.method == "HEAD", !request.announcesBody {
            return try easy.set(CURLOPT_NOBODY, true)
        }
        guard request.announcesBody else {
            try easy.set(CURLOPT_HTTPGET, true)
            if request.method != "GET" { try easy.set(CURLOPT_CUSTOMREQUEST, request.method) }
            return
        }
        try easy.set(CURLOPT_POST, true)
        if request.method != "POST" { try easy.set(CURLOPT_CUSTOMREQUEST, request.method) }
        try easy.set(CURLOPT_POSTFIELDSIZE_LARGE, bytes: request.body.count)
        if request.body.count <= Self.copiedBodyBytes {
            return try easy.setCopiedBody(request.body)
        }
        // libcurl copies from the array's own storage straight into its send buffer.
        try easy.set(CURLOPT_UPLOAD_BUFFERSIZE, Self.sendBufferBytes)
        let context = Unmanaged.passUnretained(self).toOpaque()
        try easy.set(CURLOPT_READFUNCTION, Self.onUpload, CURLOPT_READDATA, context)
        try easy.setSeek(Self.onRewind, context)
    }

    private func setCallbacks(on easy: EasyHandle) throws(CurlFailure) {
        // Unretained: the driver holds this transfer until the handle is out of the multi handle.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try easy.set(CURLOPT_BUFFERSIZE, Self.receiveBufferBytes)
        try easy.set(CURLOPT_HEADERFUNCTION, Self.onHeader, CURLOPT_HEADERDATA, context)
        try easy.set(CURLOPT_WRITEFUNCTION, Self.onBody, CURLOPT_WRITEDATA, context)
        try easy.setPrerequest(Self.onConnected, context)
    }

    /// Up to this a body is copied once more and leaves in one packet with the headers.
    private static let copiedBodyBytes = 16 << 10
    private static let sendBufferBytes = 256 << 10
}

// MARK: - Callbacks

extension Transfer {
    private static let onConnected: ccurl_prerequest_callback = { context, _, _, _, _ in
        guard let transfer = Transfer.from(context) else { return CURL_PREREQFUNC_ABORT }
        transfer.clock.connected(at: transfer.turn.now)
        return CURL_PREREQFUNC_OK
    }

    private static let onHeader: ccurl_data_callback = { bytes, size, count, context in
        guard let transfer = Transfer.from(context) else { return 0 }
        return transfer.received(headerLine: UnsafeRawBufferPointer(start: bytes, count: size * count))
            ? size * count : 0
    }

    private static let onBody: ccurl_data_callback = { bytes, size, count, context in
        guard let transfer = Transfer.from(context) else { return 0 }
        switch transfer.received(body: UnsafeRawBufferPointer(start: bytes, count: size * count)) {
        case .accepted: return size * count
        case .pause: return Int(CURL_WRITEFUNC_PAUSE)
        case .refused: return 0
        }
    }

    private static let onUpload: ccurl_data_callback = { bytes, size, count, context in
        guard let transfer = Transfer.from(context), let bytes else { return Int(CURL_READFUNC_ABORT) }
        return transfer.send(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
    }

    /// libcurl sends the body anew when a kept-alive connection turns out to be closed.
    private static let onRewind: ccurl_seek_callback = { context, offset, origin in
        guard let transfer = Transfer.from(context), origin == SEEK_SET, 0...transfer.request.body.count ~= Int(offset)
        else {
            return CURL_SEEKFUNC_FAIL
        }
        transfer.bodyOffset = Int(offset)
        return CURL_SEEKFUNC_OK
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// A line alone does not move the clock: the whole head is due within the idle limit, and no interim response puts it off.
    private func received(headerLine line: UnsafeRawBufferPointer) -> Bool {
        switch headParser.consume(line: line) {
        case .needsMore: return true
        case .complete:
            clock.moved(at: turn.now)
            hasHead = true
            channel.receive(headParser.head)
            turn.touch(channel)
            return true
        case .malformed(let detail):
            fault = request.failure(.protocolError, detail)
            return false
        }
    }

    private func received(body bytes: UnsafeRawBufferPointer) -> ResponseState.Offer {
        let offer = channel.offer(bytes)
        switch offer {
        case .accepted:
            clock.moved(at: turn.now)
            turn.touch(channel)
        case .pause: clock.paused()
        case .refused: break
        }
        return offer
    }

    private func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        clock.moved(at: turn.now)
        return request.body.withUnsafeBytes { body in
            let count = min(buffer.count, body.count - bodyOffset)
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: body[bodyOffset..<(bodyOffset + count)]))
            bodyOffset += count
            return count
        }
    }
}

extension Duration {
    /// Rounded up, at least 1: libcurl takes 0 for its own default.
    fileprivate var wholeMilliseconds: Int {
        max(
            1,
            Int(components.seconds) * 1000 + Int((components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        )
    }
}
