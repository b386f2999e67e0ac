import Logging
import SQS
import SyncCore

extension Logger {
    /// A logger for what happens to one message: each of its lines names the message, and sync, batch and trace as far as the
    /// message's own names tell them.
    func naming(_ message: SQSMessage) -> Logger {
        var logger = self
        logger[metadataKey: "message_id"] = "\(message.messageID)"
        if let identity = MessageIdentity(
            groupID: message.messageGroupID, deduplicationID: message.deduplicationID)
        {
            logger[metadataKey: "sync_id"] = .stringConvertible(identity.syncID)
            logger[metadataKey: "batch"] = .stringConvertible(identity.number)
        }
        if let trace = message.attributes[TraceContext.attributeName].flatMap(TraceContext.init(traceparent:)) {
            logger[metadataKey: "trace_id"] = "\(trace.traceID)"
        }
        return logger
    }
}
