import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Orchestrator

@Suite("One connection to the HTTP API")
struct ConnectionHandlerTests {
    private let limits = ConnectionLimits()

    /// A connection whose clock the test moves.
    private func connect(_ places: ConnectionPlaces<any Channel>? = nil) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let handler = ConnectionHandler(
            limits: limits, places: places ?? ConnectionPlaces(limit: limits.connections),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func ask(_ channel: EmbeddedChannel) throws {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1", path: "/syncs")
        try channel.writeInbound(HTTPRequestPart.head(head))
        try channel.writeInbound(HTTPRequestPart.end(nil))
    }

    private func answer(_ channel: EmbeddedChannel) throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    /// Whether the reader takes what is written.
    private func reads(_ isReading: Bool, _ channel: EmbeddedChannel) {
        channel.isWritable = isReading
        channel.pipeline.fireChannelWritabilityChanged()
    }

    @Test("a client may send 16 requests before it reads an answer; one more ends its connection")
    func pipelined() throws {
        let channel = try connect()
        for _ in 0..<16 { try ask(channel) }
        #expect(channel.isActive)
        // Each answer makes room for one request.
        try answer(channel)
        try ask(channel)
        #expect(channel.isActive)
        try ask(channel)
        #expect(!channel.isActive)
    }

    @Test("a reader that takes nothing of its answer for 30 s is disconnected")
    func stalledReader() throws {
        let channel = try connect()
        try ask(channel)
        reads(false, channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("a reader that goes on reading in time stays, however long the whole answer takes")
    func slowReader() throws {
        let channel = try connect()
        try ask(channel)
        for _ in 0..<10 {
            reads(false, channel)
            channel.embeddedEventLoop.advanceTime(by: .seconds(29))
            reads(true, channel)
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(300))
        #expect(channel.isActive)
    }

    @Test("a stalled reader makes room for another connection; one that reads keeps its place")
    func eviction() throws {
        let places = ConnectionPlaces<any Channel>(limit: 2)
        let (stalled, reading) = (try connect(places), try connect(places))
        try ask(reading)
        try ask(stalled)
        reads(false, stalled)
        _ = try connect(places)
        #expect(!stalled.isActive)
        #expect(reading.isActive)
    }

    @Test("a client that sends no whole request in its time is disconnected")
    func incomplete() throws {
        let silent = try connect()
        silent.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(!silent.isActive)
        let slow = try connect()
        let head = HTTPRequest(method: .post, scheme: "http", authority: "127.0.0.1", path: "/syncs")
        try slow.writeInbound(HTTPRequestPart.head(head))
        for _ in 0..<10 {
            slow.embeddedEventLoop.advanceTime(by: .seconds(1))
            if slow.isActive { try slow.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x"))) }
        }
        #expect(!slow.isActive)
    }
}
