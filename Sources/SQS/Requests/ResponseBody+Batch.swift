import AWSClientSupport

extension ResponseBody {
    /// An entry that a batch answer calls successful. Members beyond the ID are of a send.
    struct BatchSuccess {
        var id = ""
        var messageID = ""
        var bodyMD5: String?
        var attributesMD5: String?
        var sequenceNumber: String?
    }

    struct BatchAnswer {
        var successful: [BatchSuccess] = []
        var failed: [BatchFailure] = []
    }

    static func batch(_ body: [UInt8]) throws(Failure) -> BatchAnswer {
        var answer = BatchAnswer()
        try object(body) { member, reader throws(JSONError) in
            switch member {
            case "Successful":
                try reader.readObjects { reader throws(JSONError) in
                    answer.successful.append(try batchSuccess(&reader))
                }
            case "Failed":
                try reader.readObjects { reader throws(JSONError) in
                    answer.failed.append(try batchFailure(&reader))
                }
            default: try reader.skipValue()
            }
        }
        return answer
    }

    private static func batchSuccess(_ reader: inout JSONReader) throws(JSONError) -> BatchSuccess {
        var success = BatchSuccess()
        try reader.readObject { member, reader throws(JSONError) in
            switch member {
            case "Id": success.id = try reader.readString()
            case "MessageId": success.messageID = try reader.readString()
            case "MD5OfMessageBody": success.bodyMD5 = try reader.readOptionalString()
            case "MD5OfMessageAttributes": success.attributesMD5 = try reader.readOptionalString()
            case "SequenceNumber": success.sequenceNumber = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        return success
    }

    private static func batchFailure(_ reader: inout JSONReader) throws(JSONError) -> BatchFailure {
        var id = ""
        var senderFault = false
        var code = ""
        var message: String?
        try reader.readObject { member, reader throws(JSONError) in
            switch member {
            case "Id": id = try reader.readString()
            case "SenderFault": senderFault = try reader.readBoolean()
            case "Code": code = try reader.readString()
            case "Message": message = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        return BatchFailure(id: id, senderFault: senderFault, code: code, message: message ?? "")
    }
}

extension BatchResult {
    /// Sorts an answer by the entries that were asked for.
    ///
    /// An entry that the answer calls failed is failed, also when it is called successful as well; one it does not mention is failed and
    /// may be tried again; IDs that were not asked for are left out.
    init(
        ids: [String], answer: ResponseBody.BatchAnswer,
        success: (ResponseBody.BatchSuccess) -> Result<Success, BatchFailure>
    ) {
        let failures = Dictionary(answer.failed.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let successes = Dictionary(answer.successful.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var successful: [Success] = []
        var failed: [BatchFailure] = []
        for id in ids {
            if let failure = failures[id] {
                failed.append(failure)
            } else if let answered = successes[id] {
                switch success(answered) {
                case .success(let value): successful.append(value)
                case .failure(let failure): failed.append(failure)
                }
            } else {
                failed.append(
                    BatchFailure(
                        id: id, senderFault: false, code: BatchFailure.notAnswered,
                        message: "the answer does not mention this entry"))
            }
        }
        self.init(successful: successful, failed: failed)
    }
}
