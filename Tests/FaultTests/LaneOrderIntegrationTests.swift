import Foundation
import SyncTestSupport
import TestSupport
import Testing

@Suite("The order of a lane", .serialized)
struct LaneOrderIntegrationTests {
    /// Where another program's trigger refuses a batch, and with what.
    static let refusals: [(place: String, sqlState: String)] = [
        ("users", "40001"), ("users", "55P03"), ("users", "57014"), ("sync_batches", "23514"),
        ("sync_batches", "40P01"),
    ]

    /// Two records of one name and time, each in a batch of its own, in one lane. The first batch fails a few times.
    @Test("on a tie the later record wins, also when the first one's batch was refused at first", arguments: refusals)
    func tie(place: String, sqlState: String) async throws {
        for times in [1, 3] {
            try await withTrial(visibilityTimeout: 10) { trial in
                let body = """
                    [{"id":1,"userName":"ana","email":"first@example.com","createdAt":"2024-05-01T10:00:00Z","deleted":false},\
                    {"id":1,"userName":"ana","email":"second@example.com","createdAt":"2024-05-01T10:00:00Z","deleted":false}]
                    """
                let source = try MisbehavingHTTPServer.start { connection, _ in
                    try connection.respond("200 OK", ["Content-Type: application/json"], body)
                }
                defer { source.stop() }
                let condition =
                    place == "users"
                    ? "NEW.email = 'first@example.com'" : "NEW.batch_number = 1"
                try await trial.stack.database.query(
                    """
                    CREATE SEQUENCE injected;
                    CREATE FUNCTION refuse_first() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                    BEGIN
                        IF \(condition) AND nextval('injected') <= \(times) THEN
                            RAISE EXCEPTION 'injected' USING ERRCODE = '\(sqlState)';
                        END IF;
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER refuse_first AFTER INSERT OR UPDATE ON \(place) FOR EACH ROW EXECUTE FUNCTION refuse_first();
                    """)
                let sync = try trial.startSync(
                    nil,
                    [
                        "LEGACY_API_URL": source.url + "/users", "SYNC_BATCH_SIZE": "1", "SYNC_MESSAGE_GROUPS": "1",
                        "SYNC_MODE": "full",
                    ])
                defer { sync.kill() }
                try await trial.withWorkers { _ in try await trial.complete(sync) }
                #expect(try await trial.stack.database.query("SELECT email FROM users") == "second@example.com")
                #expect(try await trial.stack.status().status == "COMPLETED")
                #expect(try await trial.stack.deadLetters().total == 0)
            }
        }
    }
}
