extension SQSClient {
    /// Sends up to ten messages in one call.
    ///
    /// The call may succeed while entries fail: look at ``BatchResult/failed``. Without an answer the call is sent again; with a
    /// deduplication ID this cannot double a message (within five minutes, longer than all tries together take), without one it can.
    /// - Throws: ``SQSError``. Sizes, characters and IDs are checked first; when one is wrong, nothing is sent.
    package func sendMessageBatch(
        queueURL: String, entries: [SendMessageBatchEntry]
    ) async throws(SQSError) -> BatchResult<SendMessageBatchEntry.Result> {
        if let problem = BatchCheck.problem(entries, limits: limits) { throw refuse(.sendMessageBatch, problem) }
        let response = try await call(
            .sendMessageBatch, queueURL: queueURL,
            body: RequestBody.sendMessageBatch(queueURL: queueURL, entries: entries))
        let answer = try read(response, of: .sendMessageBatch, ResponseBody.batch)
        let sent = Dictionary(entries.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return BatchResult(ids: entries.map(\.id), answer: answer) { success in
            guard let checksum = success.bodyMD5, MD5.matches(checksum, sent[success.id]?.body ?? []) else {
                return .failure(
                    BatchFailure(
                        id: success.id, senderFault: true, code: BatchFailure.bodyMismatch,
                        message: success.bodyMD5 == nil
                            ? "the queue took the message without naming its MD5"
                            : "the queue took the message, and its MD5 is not that of the body sent"))
            }
            // Not every server names this one.
            if let checksum = success.attributesMD5, let attributes = sent[success.id]?.attributes, !attributes.isEmpty,
                !AttributeChecksum.matches(checksum, attributes)
            {
                return .failure(
                    BatchFailure(
                        id: success.id, senderFault: true, code: BatchFailure.attributesMismatch,
                        message: "the queue took the message, and the MD5 of its attributes is not that of those sent"))
            }
            return .success(
                SendMessageBatchEntry.Result(
                    id: success.id, messageID: success.messageID, sequenceNumber: success.sequenceNumber))
        }
    }

    /// Asks to send no message at all, to learn whether this identity may send; nothing can get into the queue.
    ///
    /// A service that looks at the rights first refuses it with `.accessDenied`, which is proof that they are lacking. Otherwise the
    /// request is refused for being empty, and that is no proof of the opposite: AWS does not say in which order it checks. LocalStack
    /// checks no rights, moto checks them first.
    /// - Throws: ``SQSError``; not for being empty.
    package func probeSending(queueURL: String) async throws(SQSError) {
        do {
            _ = try await call(
                .sendMessageBatch, queueURL: queueURL,
                body: RequestBody.sendMessageBatch(queueURL: queueURL, entries: []))
        } catch {
            guard case .invalidRequest = error.code else { throw error }
        }
    }

    /// Receives up to ten messages, waiting for the first.
    ///
    /// A poll that breaks off without an answer is not repeated here: it is normal, and ``SQSError/isRetryable`` says so. Poll again
    /// with the same `attemptID`, so that messages whose answer was lost come again at once.
    /// - Parameters:
    ///   - maximumMessages: 1 to 10.
    ///   - waitTime: 0 to 20 whole seconds.
    ///   - visibilityTimeout: 0 to 43200 whole seconds; `nil`: the queue's own.
    ///   - attemptID: FIFO queues; 1 to 128 of letters, digits and punctuation.
    /// - Returns: The messages, their bodies compared with their checksums; none when the wait ended without any.
    package func receiveMessage(
        queueURL: String, maximumMessages: Int, waitTime: Duration, visibilityTimeout: Duration? = nil,
        attemptID: String? = nil
    ) async throws(SQSError) -> [SQSMessage] {
        guard (1...SQSLimits.maximumReceivedMessages).contains(maximumMessages) else {
            throw refuse(.receiveMessage, "the number of messages is not 1 to \(SQSLimits.maximumReceivedMessages)")
        }
        let wait = try seconds(waitTime, in: 0...20, "wait time", .receiveMessage)
        var visibility: Int?
        if let visibilityTimeout {
            visibility = try seconds(visibilityTimeout, in: 0...43_200, "visibility timeout", .receiveMessage)
        }
        let response = try await call(
            .receiveMessage, queueURL: queueURL,
            body: RequestBody.receiveMessage(
                queueURL: queueURL, maximumMessages: maximumMessages, waitSeconds: wait, visibilitySeconds: visibility,
                attemptID: attemptID),
            // Ten messages of 1 MiB with every byte of one in two escaped, and their attributes.
            options: CallOptions(pollWait: waitTime, maximumResponseBytes: 32 << 20))
        return try read(response, of: .receiveMessage, ResponseBody.messages)
    }

    /// Deletes up to ten received messages.
    ///
    /// A message that is gone counts as deleted: the answer to an earlier try may have been lost. AWS says the same of it by itself;
    /// ElasticMQ calls its receipt handle invalid.
    /// - Returns: The IDs of the deleted ones, and why others were not.
    package func deleteMessageBatch(
        queueURL: String, entries: [(id: String, receiptHandle: String)]
    ) async throws(SQSError) -> BatchResult<String> {
        if let problem = BatchCheck.problem(ids: entries.map(\.id)) { throw refuse(.deleteMessageBatch, problem) }
        let response = try await call(
            .deleteMessageBatch, queueURL: queueURL,
            body: RequestBody.deleteMessageBatch(queueURL: queueURL, entries: entries))
        let answer = try read(response, of: .deleteMessageBatch, ResponseBody.batch)
        let result = BatchResult(ids: entries.map(\.id), answer: answer) { .success($0.id) }
        let gone = result.failed.filter(\.isAboutMissingMessage).map(\.id)
        return BatchResult(
            successful: result.successful + gone, failed: result.failed.filter { !$0.isAboutMissingMessage })
    }

    /// Sets for how long from now a received message stays hidden; 0 gives it back at once.
    ///
    /// - Parameter timeout: 0 to 43200 whole seconds; SQS allows 12 hours in all from the receive on.
    package func changeMessageVisibility(
        queueURL: String, receiptHandle: String, timeout: Duration
    ) async throws(SQSError) {
        let seconds = try seconds(timeout, in: 0...43_200, "visibility timeout", .changeMessageVisibility)
        _ = try await call(
            .changeMessageVisibility, queueURL: queueURL,
            body: RequestBody.changeMessageVisibility(
                queueURL: queueURL, receiptHandle: receiptHandle, seconds: seconds))
    }

    /// Sets the visibility of up to ten received messages.
    ///
    /// - Returns: The IDs of those it was set for, and why it was not for others.
    package func changeMessageVisibilityBatch(
        queueURL: String, entries: [(id: String, receiptHandle: String, timeout: Duration)]
    ) async throws(SQSError) -> BatchResult<String> {
        let operation = SQSOperation.changeMessageVisibilityBatch
        if let problem = BatchCheck.problem(ids: entries.map(\.id)) { throw refuse(operation, problem) }
        var timed: [(id: String, receiptHandle: String, seconds: Int)] = []
        for entry in entries {
            let seconds = try seconds(
                entry.timeout, in: 0...43_200, "visibility timeout of entry \(entry.id)", operation)
            timed.append((entry.id, entry.receiptHandle, seconds))
        }
        let response = try await call(
            operation, queueURL: queueURL,
            body: RequestBody.changeMessageVisibilityBatch(queueURL: queueURL, entries: timed))
        let answer = try read(response, of: operation, ResponseBody.batch)
        return BatchResult(ids: entries.map(\.id), answer: answer) { .success($0.id) }
    }

    private func refuse(_ operation: SQSOperation, _ problem: BatchCheck.Problem) -> SQSError {
        let code: SQSError.Code =
            switch problem.kind {
            case .request: .invalidRequest
            case .characters: .invalidCharacters
            case .size: .payloadTooLarge
            }
        return SQSError(code, operation: operation, message: problem.message)
    }
}
