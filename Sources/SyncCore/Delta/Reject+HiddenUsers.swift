extension Reject {
    /// Whether the piece may stand in the place of a user that the stream then does not name. While one does, no missing user is
    /// marked as deleted.
    ///
    /// Two things hide nobody:
    /// - an object whose user name can be read: that user counts as named (``DeltaFilter/noteNamed(_:)``);
    /// - a fragment alone between two arrays that looks like no record: the junk that the source is known to send.
    package var mayHideUser: Bool {
        if userName != nil { return false }
        return resemblesRecord || !isBetweenArrays
    }
}
