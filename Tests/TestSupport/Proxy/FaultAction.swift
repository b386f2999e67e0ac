/// What a ``FaultProxy`` does with one request.
package enum FaultAction: Sendable {
    /// Hands it on and brings the answer back: no fault.
    case forward
    /// Answers in the server's place, which never sees the request.
    case answer(HTTPAnswer)
    /// Hands on another body, and brings back what is made of the answer to it.
    case rewrite(request: [UInt8], answer: @Sendable (HTTPAnswer) -> HTTPAnswer)
    /// Breaks the connection before the server has seen the request.
    case cutRequest
    /// Lets the server do its work, and breaks the connection instead of bringing the answer back.
    case loseAnswer
    /// Brings back so many bytes of the answer's body, and breaks the connection then.
    case cutAnswer(afterBytes: Int)
    /// Brings the answer back so many seconds late; the server has done its work by then.
    case delayAnswer(seconds: Double)
    /// Keeps the request, and hands it on to nobody, until the client goes away or the proxy stops.
    case hold
}
