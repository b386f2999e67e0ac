package import Logging

/// Takes invocations one after the other and answers each, until it is cancelled or the Runtime API is gone.
package struct LambdaLoop: Sendable {
    /// What an invocation comes to.
    package enum Answer: Sendable, Equatable {
        /// It succeeded; the answer's JSON.
        case response([UInt8])
        /// It failed as a whole.
        case failure(LambdaFailure)
    }

    private let client: LambdaRuntimeClient
    private let logger: Logger

    package init(client: LambdaRuntimeClient, logger: Logger) {
        self.client = client
        self.logger = logger
    }

    /// - Parameter handle: does the work. It must return before the invocation's deadline; nothing here ends it but the loop's cancellation.
    /// - Throws: ``LambdaRuntimeError`` when no more invocations can be had. Cancelled, it returns.
    package func run(_ handle: (LambdaInvocation) async -> Answer) async throws(LambdaRuntimeError) {
        while !Task.isCancelled {
            let invocation: LambdaInvocation
            do {
                invocation = try await client.next()
            } catch {
                if error.code == .cancelled { return }
                throw error
            }
            let answer = await handle(invocation)
            // What was done must be told also when this task was cancelled meanwhile: in a task of its own, awaited here.
            let delivery = Task { await deliver(answer, of: invocation) }
            if let error = await delivery.value {
                // Refused: Lambda gave the invocation up before. The queue hands out its messages again, and the ledger knows.
                guard error.code == .refused else { throw error }
                logger.warning(
                    "Lambda does not take the answer to an invocation",
                    metadata: ["request_id": "\(invocation.requestID)", "error": "\(error)"])
            }
        }
    }

    private func deliver(_ answer: Answer, of invocation: LambdaInvocation) async -> LambdaRuntimeError? {
        do {
            switch answer {
            case .response(let body): try await client.respond(to: invocation, with: body)
            case .failure(let failure): try await client.report(failure, of: invocation)
            }
            return nil
        } catch {
            return error
        }
    }
}
