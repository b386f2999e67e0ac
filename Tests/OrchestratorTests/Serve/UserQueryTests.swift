import HTTPTypes
import Hummingbird
import SyncStorage
import Testing

@testable import Orchestrator

@Suite("What is asked for of users")
struct UserQueryTests {
    private func request(_ query: String, accept: String? = nil) -> Request {
        var head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/users" + query)
        head.headerFields[.accept] = accept
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    private func detail(_ query: String, _ read: (Request) throws -> Void) -> String? {
        do {
            try read(request(query))
            return nil
        } catch let problem as Problem {
            #expect(problem.status == .badRequest)
            return problem.detail
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test("conditions are read as they are meant; none means everybody")
    func filters() throws {
        #expect(try request("").userFilter() == UserFilter())
        #expect(try request("?deleted=false&sync=7").userFilter() == UserFilter(deleted: false, syncID: 7))
        for time in ["1970-01-01T02:00:01+02:00", "1970-01-01T02:00:01%2B02:00", "1970-01-01T00:00:01Z"] {
            #expect(try request("?changed_since=\(time)").userFilter() == UserFilter(changedSince: 1_000_000))
        }
    }

    @Test(
        "a condition that is malformed or said twice is refused, by its name",
        arguments: [
            "deleted=", "deleted=TRUE", "deleted=1", "deleted=true&deleted=true", "changed_since=yesterday",
            "changed_since=2026-01-31", "changed_since=2026-02-30T00:00:00Z", "sync=0", "sync=-1", "sync=x",
            "sync=1&sync=1",
            "sync=9223372036854775808",
        ])
    func badFilters(query: String) throws {
        let detail = try #require(detail("?" + query) { _ = try $0.userFilter() }, "\(query)")
        #expect(detail.hasPrefix(try #require(query.split(separator: "=").first)))
    }

    @Test("the name a page begins behind comes back letter for letter")
    func after() throws {
        #expect(try request("").userName("after") == nil)
        #expect(try request("?limit=1").userName("after") == nil)
        for (query, name) in [
            ("ana", "ana"), ("", ""), ("100%25", "100%"), ("a%26b%3D", "a&b="), ("%E6%97%A5", "日"), ("a+b%2B", "a b+"),
            ("a=b", "a=b"),
        ] {
            #expect(try request("?after=\(query)").userName("after") == name)
        }
    }

    @Test(
        "what is no name is refused with a word about it",
        arguments: ["after=%", "after=%zz", "after=%ff", "after=%00", "after=a&after=b", "after"])
    func badAfter(query: String) throws {
        let detail = try #require(detail("?" + query) { _ = try $0.userName("after") }, "\(query)")
        #expect(detail.hasPrefix("after "))
    }

    @Test("the form of an export is what the query says, then what the client takes, then JSON lines")
    func formats() throws {
        let offered: [(format: UserLines.Format, mediaType: String)] = [
            (.jsonl, "application/jsonl"), (.csv, "text/csv"),
        ]
        #expect(try request("").format(among: offered) == .jsonl)
        #expect(try request("", accept: "text/csv").format(among: offered) == .csv)
        #expect(try request("?format=jsonl", accept: "text/csv").format(among: offered) == .jsonl)
        #expect(detail("?format=json") { _ = try $0.format(among: offered) } == "format must be jsonl or csv")
        #expect(throws: Problem.self) { try request("", accept: "text/html").format(among: offered) }
    }

    @Test("a page says where the next one begins exactly when a user follows, also when it is just full")
    func next() {
        let users = ["ana", "bia", "cid"].map { StoredUser.sample($0) }
        for found in 0...3 {
            for limit in 1...4 {
                // One more than the page is asked for.
                let page = UserPage(users: Array(users.prefix(min(found, limit + 1))), limit: limit)
                #expect(page.users.count == min(found, limit))
                #expect(
                    page.next == (found > limit ? users[limit - 1].userName : nil), "\(found) found, \(limit) asked for"
                )
            }
        }
    }
}
