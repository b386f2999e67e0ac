import Testing

@testable import Postgres

@Suite("Prepared statements") struct StatementCacheTests {
    @Test("statement and parameter types make the key, values do not")
    func keys() {
        let statement = PostgresStatement(name: "s", sql: "SELECT $1")
        var cache = StatementCache()
        let key = StatementCache.Key(statement, [.int8(1)])
        cache.prepared(key, as: "s_1")
        #expect(cache.name(of: StatementCache.Key(statement, [.int8(2)])) == "s_1")
        #expect(cache.name(of: StatementCache.Key(statement, [.null])) == nil)
        #expect(
            cache.name(of: StatementCache.Key(PostgresStatement(name: "s", sql: "SELECT $1, 2"), [.int8(1)])) == nil)
        cache.forget(key)
        #expect(cache.name(of: key) == nil)
    }

    @Test("names never repeat, fit the server's 63 bytes, and their number is bounded")
    func names() {
        var cache = StatementCache()
        var names: Set<String> = []
        for number in 0..<300 {
            let statement = PostgresStatement(
                name: String(repeating: "é", count: 100), sql: SQL(verbatim: "SELECT \(number)"))
            let key = StatementCache.Key(statement, [])
            let name = cache.makeName(for: key)
            names.insert(name)
            #expect(name.utf8.count <= 63)
            if !cache.isFull { cache.prepared(key, as: name) }
        }
        #expect(names.count == 300)
        #expect(cache.isFull)
    }
}
