import AWSClientSupport

/// Renders readings as one document of the CloudWatch Embedded Metric Format, without the line's end.
///
/// CloudWatch Logs takes metrics out of log lines of this form by itself.
/// Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
enum EMFDocument {
    static let namespace = "UserSync"

    /// - Parameters:
    ///   - readings: at least one, each metric once.
    ///   - dimensions: the same for every line of a process.
    ///   - timestamp: milliseconds since 1970.
    static func line(_ readings: [MetricWindow.Reading], dimensions: EMFDimensions, timestamp: Int64) -> String {
        var json = JSONWriter(reservingCapacity: 512)
        json.beginObject()
        json.name("_aws")
        json.beginObject()
        json.member("Timestamp", Int(timestamp))
        json.name("CloudWatchMetrics")
        json.beginArray()
        json.beginObject()
        json.member("Namespace", namespace)
        json.name("Dimensions")
        json.beginArray()
        json.beginArray()
        for dimension in dimensions.all { json.string(dimension.name) }
        json.endArray()
        json.endArray()
        json.name("Metrics")
        json.beginArray()
        for reading in readings {
            json.beginObject()
            json.member("Name", reading.metric.rawValue)
            json.member("Unit", reading.metric.unit.rawValue)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        json.endArray()
        json.endObject()
        for dimension in dimensions.all { json.member(dimension.name, dimension.value) }
        for reading in readings {
            json.name(reading.metric.rawValue)
            write(reading.content, to: &json)
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func write(_ content: MetricWindow.Reading.Content, to json: inout JSONWriter) {
        switch content {
        case .integer(let value): json.integer(Int(value))
        case .number(let value): json.number(value)
        case .values(let values):
            json.beginArray()
            for value in values { json.number(value) }
            json.endArray()
        }
    }
}
