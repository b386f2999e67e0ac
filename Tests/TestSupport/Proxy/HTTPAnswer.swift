/// A whole HTTP response.
package struct HTTPAnswer: Sendable {
    /// Code and phrase, as in `200 OK`.
    package var status: String
    /// Header lines without line ends. Those that say how the body travels are left out.
    package var headerLines: [String]
    package var body: [UInt8]

    package init(_ status: String, _ headerLines: [String] = [], _ body: String = "") {
        self.init(status: status, headerLines: headerLines, body: Array(body.utf8))
    }

    package init(status: String, headerLines: [String], body: [UInt8]) {
        self.status = status
        self.headerLines = headerLines
        self.body = body
    }
}
