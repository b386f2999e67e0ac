import Hummingbird
import Postgres
import SyncStorage

/// `/users` and `/users/{userName}`: what the table holds of users.
struct UserRoutes: Sendable {
    let pool: PostgresPool

    /// How long the database may look for the users of a page. It holds one of few connections meanwhile.
    private static let deadline = Duration.seconds(10)

    func add(to router: Router<some RequestContext>) {
        router.endpoint("/users", [.get: { request, _ in try await list(request) }])
        router.endpoint(
            "/users/{userName}",
            [
                .get: { request, context in
                    try request.allowsQuery()
                    let userName = try context.parameters.decoded("userName")
                    let user = try await pool.withConnection { connection in
                        try await UserReader.reading(connection).user(named: userName)
                    }
                    // The name is not repeated: answers and logs of failures carry no user data.
                    guard let user else { throw Problem(.notFound, "there is no user of that name") }
                    return try Response.json(UserDocument(user: user))
                }
            ])
    }

    private func list(_ request: Request) async throws -> Response {
        try request.allowsQuery("limit", "after", "deleted", "changed_since", "sync")
        let limit = try request.pageLimit(100)
        let after = try request.userName("after")
        let filter = try request.userFilter()
        let users = try await pool.withConnection { connection in
            try await UserReader.reading(connection).page(
                of: filter, after: after, limit: limit + 1, deadline: Self.deadline)
        }
        return try .json(UserPage(users: users, limit: limit))
    }
}
