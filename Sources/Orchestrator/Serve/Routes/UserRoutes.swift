import Hummingbird
import Postgres
import SyncStorage

/// `/users/{userName}`: what the table holds of a user.
struct UserRoutes: Sendable {
    let pool: PostgresPool

    func add(to router: Router<some RequestContext>) {
        router.endpoint(
            "/users/{userName}",
            [
                .get: { request, context in
                    try request.allowsQuery()
                    let userName = try context.parameters.decoded("userName")
                    let user = try await pool.withConnection { connection in
                        try await UserReader(connection: connection).user(named: userName)
                    }
                    // The name is not repeated: answers and logs of failures carry no user data.
                    guard let user else { throw Problem(.notFound, "there is no user of that name") }
                    return try Response.json(UserDocument(user: user))
                }
            ])
    }
}
