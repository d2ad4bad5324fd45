package wire

// contents maps each message type to a maker of its empty content. A test
// holds it against the constants of type.go and the types of this package.
var contents = map[Type]func() Content{
	TypeExecuteRequest:    func() Content { return newExecuteRequest() },
	TypeExecuteReply:      func() Content { return new(ExecuteReply) },
	TypeInspectRequest:    func() Content { return new(InspectRequest) },
	TypeInspectReply:      func() Content { return new(InspectReply) },
	TypeCompleteRequest:   func() Content { return new(CompleteRequest) },
	TypeCompleteReply:     func() Content { return new(CompleteReply) },
	TypeHistoryRequest:    func() Content { return new(HistoryRequest) },
	TypeHistoryReply:      func() Content { return new(HistoryReply) },
	TypeIsCompleteRequest: func() Content { return new(IsCompleteRequest) },
	TypeIsCompleteReply:   func() Content { return new(IsCompleteReply) },
	TypeConnectRequest:    func() Content { return new(ConnectRequest) },
	TypeConnectReply:      func() Content { return new(ConnectReply) },
	TypeCommInfoRequest:   func() Content { return new(CommInfoRequest) },
	TypeCommInfoReply:     func() Content { return new(CommInfoReply) },
	TypeKernelInfoRequest: func() Content { return new(KernelInfoRequest) },
	TypeKernelInfoReply:   func() Content { return new(KernelInfoReply) },
	TypeShutdownRequest:   func() Content { return new(ShutdownRequest) },
	TypeShutdownReply:     func() Content { return new(ShutdownReply) },
	TypeInterruptRequest:  func() Content { return new(InterruptRequest) },
	TypeInterruptReply:    func() Content { return new(InterruptReply) },
	TypeDebugRequest:      func() Content { return new(DebugRequest) },
	TypeDebugReply:        func() Content { return new(DebugReply) },
	TypeUsageRequest:      func() Content { return new(UsageRequest) },
	TypeUsageReply:        func() Content { return new(UsageReply) },
	TypeCommOpen:          func() Content { return new(CommOpen) },
	TypeCommMsg:           func() Content { return new(CommMsg) },
	TypeCommClose:         func() Content { return new(CommClose) },
	TypeStatus:            func() Content { return new(Status) },
	TypeStream:            func() Content { return new(Stream) },
	TypeDisplayData:       func() Content { return new(DisplayData) },
	TypeUpdateDisplayData: func() Content { return new(UpdateDisplayData) },
	TypeExecuteInput:      func() Content { return new(ExecuteInput) },
	TypeExecuteResult:     func() Content { return new(ExecuteResult) },
	TypeError:             func() Content { return new(Error) },
	TypeClearOutput:       func() Content { return new(ClearOutput) },
	TypeDebugEvent:        func() Content { return new(DebugEvent) },
	TypeIOPubWelcome:      func() Content { return new(IOPubWelcome) },
	TypeInputRequest:      func() Content { return new(InputRequest) },
	TypeInputReply:        func() Content { return new(InputReply) },
}

// replies maps each request to the type of its reply. A comm message has none.
var replies = map[Type]Type{
	TypeExecuteRequest:    TypeExecuteReply,
	TypeInspectRequest:    TypeInspectReply,
	TypeCompleteRequest:   TypeCompleteReply,
	TypeHistoryRequest:    TypeHistoryReply,
	TypeIsCompleteRequest: TypeIsCompleteReply,
	TypeConnectRequest:    TypeConnectReply,
	TypeCommInfoRequest:   TypeCommInfoReply,
	TypeKernelInfoRequest: TypeKernelInfoReply,
	TypeShutdownRequest:   TypeShutdownReply,
	TypeInterruptRequest:  TypeInterruptReply,
	TypeDebugRequest:      TypeDebugReply,
	TypeUsageRequest:      TypeUsageReply,
}

// ReplyTo returns the type of the reply that a request of type t is owed, and
// false where t is owed none.
func ReplyTo(t Type) (Type, bool) {
	r, ok := replies[t]
	return r, ok
}
