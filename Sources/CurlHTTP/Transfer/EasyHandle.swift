internal import CCurl

/// The sole owner of a libcurl easy handle and of the memory that libcurl expects to outlive it.
///
/// Used on the event loop's thread only. Removed from its multi handle before the last reference goes.
final class EasyHandle {
    /// Names the handle in completions, without giving the pointer away.
    struct Identity: Hashable {
        private let address: UnsafeMutableRawPointer

        init(handle: UnsafeMutableRawPointer) {
            address = handle
        }
    }

    let handle: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?

    var identity: Identity { Identity(handle: handle) }

    /// What libcurl says of the last failure; empty when it says nothing.
    var errorMessage: String { String(cString: errorText) }

    /// The status of a proxy's answer to `CONNECT`; `nil` when none came.
    var connectStatus: Int? {
        let status = ccurl_connect_status(handle)
        return status > 0 ? status : nil
    }

    init() throws(CurlFailure) {
        guard let handle = curl_easy_init() else { throw .noMemory }
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try Self.check(ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
        try Self.check(ccurl_set_private_sockets(handle))
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try Self.check(ccurl_set_long(handle, option, value))
    }

    func set(_ option: CURLoption, _ value: Bool) throws(CurlFailure) {
        try set(option, value ? 1 : 0)
    }

    /// libcurl copies the text.
    func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
        try Self.check(value.withCString { ccurl_set_string(handle, option, $0) })
    }

    /// Sets a text option to none at all, where libcurl has a default.
    func clear(_ option: CURLoption) throws(CurlFailure) {
        try Self.check(ccurl_set_string(handle, option, nil))
    }

    /// For a length in bytes (the options named `_LARGE`).
    func set(_ option: CURLoption, bytes: Int) throws(CurlFailure) {
        try Self.check(ccurl_set_offset(handle, option, curl_off_t(bytes)))
    }

    /// libcurl copies as many bytes as `CURLOPT_POSTFIELDSIZE_LARGE` has said before.
    func setCopiedBody(_ body: [UInt8]) throws(CurlFailure) {
        let code = body.withUnsafeBytes { bytes in
            // An empty array may have no address, which would mean "no body at all" here.
            withUnsafePointer(to: 0 as UInt8) { empty in
                ccurl_set_pointer(
                    handle, CURLOPT_COPYPOSTFIELDS,
                    UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(empty)))
            }
        }
        try Self.check(code)
    }

    func setHeaders(_ lines: [String]) throws(CurlFailure) {
        for line in lines {
            guard let longer = curl_slist_append(headerList, line) else { throw .noMemory }
            headerList = longer
        }
        try Self.check(ccurl_set_list(handle, CURLOPT_HTTPHEADER, headerList))
    }

    /// Sets one of the data callbacks; `context` must stay valid as long as the handle is in a multi handle.
    func set(
        _ option: CURLoption, _ callback: @escaping ccurl_data_callback, _ contextOption: CURLoption,
        _ context: UnsafeMutableRawPointer
    ) throws(CurlFailure) {
        try Self.check(ccurl_set_data_callback(handle, option, callback))
        try Self.check(ccurl_set_pointer(handle, contextOption, context))
    }

    func setSeek(_ callback: @escaping ccurl_seek_callback, _ context: UnsafeMutableRawPointer) throws(CurlFailure) {
        try Self.check(ccurl_set_seek_callback(handle, callback))
        try Self.check(ccurl_set_pointer(handle, CURLOPT_SEEKDATA, context))
    }

    func setPrerequest(_ callback: @escaping ccurl_prerequest_callback, _ context: UnsafeMutableRawPointer)
        throws(CurlFailure)
    {
        try Self.check(ccurl_set_prerequest_callback(handle, callback))
        try Self.check(ccurl_set_pointer(handle, CURLOPT_PREREQDATA, context))
    }

    /// Lets a paused response go on. The bytes that were refused are handed to the write callback again, from in here.
    func unpause() {
        // Fails only when the write callback refuses, that is when a command to cancel this transfer is on its way.
        curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    private static func check(_ code: CURLcode) throws(CurlFailure) {
        guard code == CURLE_OK else { throw .easy(code) }
    }
}
