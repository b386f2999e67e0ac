import HTTPTypes
import Hummingbird
import NIOCore
import SyncCore

/// Why a request was not done, as RFC 9457 writes it down.
struct Problem: Error, Sendable {
    let status: HTTPResponse.Status
    /// What happened and what to do, for the person who reads it; says nothing secret. Printable: a part may be of the request.
    let detail: String
    /// The sync that stands in the way, with 409.
    var running: SyncLogDocument?
    /// Headers of the answer beside its type.
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status, _ detail: String, running: SyncLogDocument? = nil, headers: HTTPFields = [:]
    ) {
        self.status = status
        self.detail = PrintableText.line(detail)
        self.running = running
        self.headers = headers
    }
}

extension Problem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, running
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // about:blank: the status says it all, and the title is the status's own phrase.
        try container.encode("about:blank", forKey: .type)
        try container.encode(status.reasonPhrase, forKey: .title)
        try container.encode(status.code, forKey: .status)
        try container.encode(detail, forKey: .detail)
        try container.encodeIfPresent(running, forKey: .running)
    }
}

extension Problem {
    func response() throws -> Response {
        var response = try Response.json(self, status: status, mediaType: "application/problem+json")
        for field in headers { response.headers[field.name] = field.value }
        return response
    }
}

extension Response {
    /// A JSON answer.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, mediaType: String = "application/json"
    ) throws -> Response {
        Response(
            status: status, headers: [.contentType: mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: try SyncLogReport.encode(value))))
    }
}
