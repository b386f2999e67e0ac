/// Reads an error out of any answer: AWS JSON, the query protocol's XML, a proxy's HTML, or noise.
///
/// Never fails: the less it understands, the more it leans on the HTTP status.
package enum AWSErrorParser {
    /// How much of a body is looked at, in bytes; error documents are small, and a proxy's page may not be.
    static let maximumBodyBytes = 64 << 10

    /// - Parameters:
    ///   - header: The response's header of a name, case-insensitively.
    ///   - quotesText: Whether the message is the body itself where that is no error document. Not to be done with bodies that may hold
    ///     secrets.
    package static func parse(
        status: Int, header: (String) -> String?, body: [UInt8], quotesText: Bool = true
    ) -> AWSServiceError {
        let query = queryError(header("x-amzn-query-error"))
        let document = document(body, quotesText: quotesText)
        let code =
            document.code.flatMap(shortCode) ?? header("x-amzn-errortype").flatMap(shortCode) ?? query?.code
            ?? "HTTP\(status)"
        let text = document.message ?? ""
        return AWSServiceError(
            status: status,
            code: code,
            queryCode: query?.code,
            message: ErrorText.oneLine(ErrorText.withoutCanonicalRequest(text), maximumCharacters: 500),
            requestID: (header("x-amzn-requestid") ?? header("x-amz-request-id") ?? document.requestID)
                .map(ErrorText.requestID),
            fault: query?.fault,
            canonicalPayloadHash: ErrorText.canonicalPayloadHash(in: text)
        )
    }

    struct Document: Equatable {
        var code: String?
        var message: String?
        var requestID: String?
    }

    private static func document(_ body: [UInt8], quotesText: Bool) -> Document {
        let head = body.count > maximumBodyBytes ? Array(body[..<maximumBodyBytes]) : body
        if let document = try? jsonDocument(head) { return document }
        let text = String(decoding: head, as: UTF8.self)
        guard text.contains("<") else { return Document(message: quotesText ? text : "a text, not an AWS error") }
        let xml = Document(
            code: XMLText.element("Code", in: text), message: XMLText.element("Message", in: text),
            requestID: XMLText.element("RequestId", in: text) ?? XMLText.element("RequestID", in: text))
        if xml.code != nil { return xml }
        let title = XMLText.element("title", in: text) ?? XMLText.element("TITLE", in: text)
        return Document(
            message: title.map { "a page titled \"\($0)\", not an AWS error" } ?? "a page, not an AWS error")
    }

    private static func jsonDocument(_ body: [UInt8]) throws(JSONError) -> Document {
        var document = Document()
        var reader = try JSONReader(body, limits: .init(maximumBytes: maximumBodyBytes))
        try reader.readObject { name, reader throws(JSONError) in
            guard reader.peek() == .string else { return try reader.skipValue() }
            switch name {
            case "__type": document.code = try reader.readString()
            case "code", "Code":
                let code = try reader.readString()
                document.code = document.code ?? code
            case "message", "Message", "errorMessage": document.message = try reader.readString()
            case "requestId", "RequestId": document.requestID = try reader.readString()
            default: try reader.skipValue()
            }
        }
        return document
    }

    /// `com.amazonaws.sqs#QueueDoesNotExist`, `#QueueDoesNotExist` and `QueueDoesNotExist:http://…` all give `QueueDoesNotExist`.
    private static func shortCode(_ text: String) -> String? {
        let beforeColon = text.prefix { $0 != ":" }
        let name = beforeColon.split(separator: "#").last.map(String.init) ?? ""
        let code = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "-") }
        return code.isEmpty ? nil : String(code.prefix(100))
    }

    /// `AWS.SimpleQueueService.NonExistentQueue;Sender`:
    /// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
    private static func queryError(_ header: String?) -> (code: String, fault: AWSServiceError.Fault?)? {
        guard let header else { return nil }
        let parts = header.split(separator: ";", maxSplits: 1)
        guard let code = parts.first.flatMap({ shortCode(String($0)) }) else { return nil }
        switch parts.dropFirst().first {
        case "Sender": return (code, .sender)
        case "Receiver": return (code, .receiver)
        default: return (code, nil)
        }
    }
}
