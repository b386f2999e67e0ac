import TestSupport
import Testing

@testable import CurlHTTP

@Suite("An exchange")
struct ExchangeTests {
    @Test("status, headers and body arrive as they were sent")
    func wholeResponse() async throws {
        try await withServer { connection, _ in
            try connection.respond("404 Gone Fishing", ["X-Twice: a", "x-twice: b", "Empty:"], "not here")
        } _: { client, server in
            let response = try await client.execute(HTTPRequest(url: server.url + "/x"))
            #expect(response.status == 404)
            #expect(response.headers.all("X-TWICE") == ["a", "b"])
            #expect(response.headers["empty"] == "")
            #expect(response.body == [UInt8]("not here"))
        }
    }
}
