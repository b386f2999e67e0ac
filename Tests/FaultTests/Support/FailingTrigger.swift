import SyncTestSupport
import TestSupport

/// Makes the first statements of workers fail with an error of the server's, by a trigger.
///
/// It stands in for causes that a test cannot produce on a server that it shares: a full disk, for example, is an error with
/// SQLSTATE 53100 for the client, whatever made the server say so.
struct FailingTrigger {
    private let stack: SyncStack

    /// - Parameters:
    ///   - sqlState: five characters, such as `53100`.
    ///   - times: how many statements fail.
    static func install(_ sqlState: String, times: Int, in stack: SyncStack) async throws -> FailingTrigger {
        // A sequence counts also what is rolled back.
        try await stack.database.query(
            """
            CREATE SEQUENCE injected;
            CREATE FUNCTION inject() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                IF nextval('injected') <= \(times) THEN RAISE EXCEPTION 'injected' USING ERRCODE = '\(sqlState)'; END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER inject AFTER INSERT ON sync_batches FOR EACH ROW EXECUTE FUNCTION inject();
            """)
        return FailingTrigger(stack: stack)
    }

    /// How many statements met the trigger, failed or not.
    func calls() async throws -> Int {
        try await stack.count("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM injected")
    }
}
