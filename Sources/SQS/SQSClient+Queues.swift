extension SQSClient {
    /// Creates a queue, or finds the one of this name with these attributes.
    ///
    /// - Parameter attributes: Such as `FifoQueue`; values are strings, a `RedrivePolicy` is JSON in a string.
    /// - Returns: The queue's URL.
    package func createQueue(name: String, attributes: [String: String] = [:]) async throws(SQSError) -> String {
        let response = try await call(
            .createQueue, queueURL: nil, body: RequestBody.createQueue(name: name, attributes: attributes))
        return try read(response, of: .createQueue) { body throws(ResponseBody.Failure) in
            try ResponseBody.member("QueueUrl", in: body)
        }
    }

    /// The URL of the queue of a name in the credentials' own account.
    package func getQueueURL(name: String) async throws(SQSError) -> String {
        let response = try await call(.getQueueURL, queueURL: nil, body: RequestBody.getQueueURL(name: name))
        return try read(response, of: .getQueueURL) { body throws(ResponseBody.Failure) in
            try ResponseBody.member("QueueUrl", in: body)
        }
    }

    /// A queue's attributes. Counts of messages are approximate: good for progress, never as proof.
    package func getQueueAttributes(
        queueURL: String, names: [String] = ["All"]
    ) async throws(SQSError) -> [String: String] {
        let response = try await call(
            .getQueueAttributes, queueURL: queueURL,
            body: RequestBody.getQueueAttributes(queueURL: queueURL, names: names))
        return try read(response, of: .getQueueAttributes, ResponseBody.queueAttributes)
    }

    /// Changes a queue's attributes; those not named stay.
    package func setQueueAttributes(queueURL: String, attributes: [String: String]) async throws(SQSError) {
        _ = try await call(
            .setQueueAttributes, queueURL: queueURL,
            body: RequestBody.setQueueAttributes(queueURL: queueURL, attributes: attributes))
    }

    /// Deletes every message of a queue; takes up to 60 seconds, and may be asked for once in 60 seconds.
    package func purgeQueue(queueURL: String) async throws(SQSError) {
        _ = try await call(.purgeQueue, queueURL: queueURL, body: RequestBody.purgeQueue(queueURL: queueURL))
    }

    /// Starts to move the messages of a dead-letter queue back to where they came from.
    ///
    /// Three traps. Servers other than AWS and LocalStack answer ``SQSError/Code/unsupportedOperation`` or
    /// ``SQSError/Code/serviceFailure``. ElasticMQ answers with a handle for a FIFO queue, and moves nothing. And a FIFO message keeps its deduplication ID: LocalStack drops it, without a word,
    /// when it was sent to the destination less than five minutes ago. Receiving it, sending it with a new ID and deleting it
    /// afterwards has none of them.
    ///
    /// - Parameter destinationARN: `nil`: each message's own source queue.
    /// - Returns: The task's handle.
    package func startMessageMoveTask(
        sourceARN: String, destinationARN: String? = nil, maximumMessagesPerSecond: Int? = nil
    ) async throws(SQSError) -> String {
        let response = try await call(
            .startMessageMoveTask, queueURL: nil,
            body: RequestBody.startMessageMoveTask(
                sourceARN: sourceARN, destinationARN: destinationARN, maximumMessagesPerSecond: maximumMessagesPerSecond
            ))
        return try read(response, of: .startMessageMoveTask) { body throws(ResponseBody.Failure) in
            try ResponseBody.member("TaskHandle", in: body)
        }
    }
}
