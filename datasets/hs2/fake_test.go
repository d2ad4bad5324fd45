package hs2

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/apache/thrift/lib/go/thrift"
	hs "github.com/beltran/gohive/hiveserver"
)

// A fakeServer is HiveServer2 as far as the driver sees it. Statements: "rows"
// has every type in two parts, "slow" runs until it is cancelled, "endless" has
// rows until it is closed, anything else fails as Spark does.
type fakeServer struct {
	hs.TCLIService
	mu       sync.Mutex
	settings map[string]string
	user     string
	state    hs.TOperationState
	query    string
	fetched  int
	calls    []string
	ended    chan struct{} // closed with the operation
}

func (f *fakeServer) saw(call string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call)
}

func (f *fakeServer) count(call string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c == call {
			n++
		}
	}
	return n
}

var ok = &hs.TStatus{StatusCode: hs.TStatusCode_SUCCESS_STATUS}

func id() *hs.THandleIdentifier {
	return &hs.THandleIdentifier{GUID: []byte("0123456789abcdef"), Secret: []byte("0123456789abcdef")}
}

func (f *fakeServer) OpenSession(_ context.Context, r *hs.TOpenSessionReq) (*hs.TOpenSessionResp, error) {
	f.saw("open")
	f.mu.Lock()
	f.settings, f.user = r.Configuration, *r.Username
	f.mu.Unlock()
	return &hs.TOpenSessionResp{Status: ok, SessionHandle: &hs.TSessionHandle{SessionId: id()}}, nil
}

func (f *fakeServer) CloseSession(context.Context, *hs.TCloseSessionReq) (*hs.TCloseSessionResp, error) {
	f.saw("close session")
	return &hs.TCloseSessionResp{Status: ok}, nil
}

const stackTrace = "org.apache.hive.service.cli.HiveSQLException: Error running query: [TABLE_OR_VIEW_NOT_FOUND] org.apache.spark.sql.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table or view `t` cannot be found. SQLSTATE: 42P01;\n'Project\n\tat org.apache.spark.One\n\tat org.apache.spark.Two [NOT_THIS] one"

func (f *fakeServer) ExecuteStatement(_ context.Context, r *hs.TExecuteStatementReq) (*hs.TExecuteStatementResp, error) {
	f.saw("execute")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.query, f.fetched, f.ended = r.Statement, 0, make(chan struct{})
	switch r.Statement {
	case "rows", "endless", "SELECT 1":
		f.state = hs.TOperationState_FINISHED_STATE
	case "slow":
		f.state = hs.TOperationState_RUNNING_STATE
	default:
		text := stackTrace
		return &hs.TExecuteStatementResp{Status: &hs.TStatus{StatusCode: hs.TStatusCode_ERROR_STATUS, ErrorMessage: &text}}, nil
	}
	return &hs.TExecuteStatementResp{Status: ok, OperationHandle: &hs.TOperationHandle{OperationId: id(), HasResultSet: r.Statement != "slow"}}, nil
}

func (f *fakeServer) GetOperationStatus(context.Context, *hs.TGetOperationStatusReq) (*hs.TGetOperationStatusResp, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.state
	return &hs.TGetOperationStatusResp{Status: ok, OperationState: &s}, nil
}

func (f *fakeServer) CancelOperation(context.Context, *hs.TCancelOperationReq) (*hs.TCancelOperationResp, error) {
	f.saw("cancel")
	f.mu.Lock()
	f.state = hs.TOperationState_CANCELED_STATE
	f.mu.Unlock()
	return &hs.TCancelOperationResp{Status: ok}, nil
}

func (f *fakeServer) CloseOperation(context.Context, *hs.TCloseOperationReq) (*hs.TCloseOperationResp, error) {
	f.saw("close")
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.ended:
	default:
		close(f.ended)
	}
	return &hs.TCloseOperationResp{Status: ok}, nil
}

var fakeTypes = []hs.TTypeId{hs.TTypeId_BOOLEAN_TYPE, hs.TTypeId_TINYINT_TYPE, hs.TTypeId_SMALLINT_TYPE, hs.TTypeId_INT_TYPE, hs.TTypeId_BIGINT_TYPE, hs.TTypeId_DOUBLE_TYPE, hs.TTypeId_BINARY_TYPE, hs.TTypeId_STRING_TYPE, hs.TTypeId_DATE_TYPE, hs.TTypeId_TIMESTAMP_TYPE, hs.TTypeId_DECIMAL_TYPE}

func (f *fakeServer) GetResultSetMetadata(context.Context, *hs.TGetResultSetMetadataReq) (*hs.TGetResultSetMetadataResp, error) {
	schema := &hs.TTableSchema{}
	for i, t := range fakeTypes {
		schema.Columns = append(schema.Columns, &hs.TColumnDesc{ColumnName: fmt.Sprintf("c%d", i), Position: int32(i + 1), TypeDesc: &hs.TTypeDesc{Types: []*hs.TTypeEntry{{PrimitiveEntry: &hs.TPrimitiveTypeEntry{Type: t}}}}})
	}
	return &hs.TGetResultSetMetadataResp{Status: ok, Schema: schema}, nil
}

// FetchResults has two rows, the second all NULL, then none; or blocks in its
// second call until the operation is closed.
func (f *fakeServer) FetchResults(context.Context, *hs.TFetchResultsReq) (*hs.TFetchResultsResp, error) {
	f.mu.Lock()
	f.fetched++
	n, ended, endless := f.fetched, f.ended, f.query == "endless"
	f.mu.Unlock()
	set := &hs.TRowSet{Rows: []*hs.TRow{}}
	if n > 1 && endless {
		f.saw("blocked")
		<-ended
	}
	null := []byte{2}
	text := func(s string) *hs.TColumn {
		return &hs.TColumn{StringVal: &hs.TStringColumn{Values: []string{s, ""}, Nulls: null}}
	}
	set.Columns = []*hs.TColumn{
		{BoolVal: &hs.TBoolColumn{Values: []bool{true, false}, Nulls: null}},
		{ByteVal: &hs.TByteColumn{Values: []int8{-1, 0}, Nulls: null}},
		{I16Val: &hs.TI16Column{Values: []int16{-2, 0}, Nulls: null}},
		{I32Val: &hs.TI32Column{Values: []int32{-3, 0}, Nulls: null}},
		{I64Val: &hs.TI64Column{Values: []int64{9007199254740993, 0}, Nulls: null}},
		{DoubleVal: &hs.TDoubleColumn{Values: []float64{.5, 0}, Nulls: null}},
		{BinaryVal: &hs.TBinaryColumn{Values: [][]byte{{1, 2}, nil}, Nulls: null}},
		text("日本"), text("2024-02-29"), text("2024-01-02 03:04:05.678901"), text("12.3400"),
	}
	if n > 1 {
		for i := range set.Columns {
			set.Columns[i] = &hs.TColumn{StringVal: &hs.TStringColumn{Values: []string{}, Nulls: []byte{}}}
		}
	}
	return &hs.TFetchResultsResp{Status: ok, Results: set}, nil
}

// listen serves f on a loopback socket and gives its address.
func listen(t *testing.T, f *fakeServer) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	processor := hs.NewTCLIServiceProcessor(f)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				tr := thrift.NewTBufferedTransport(thrift.NewTSocketFromConnConf(c, nil), 1<<16)
				p := thrift.NewTBinaryProtocolConf(tr, nil)
				for {
					if again, err := processor.Process(context.Background(), p, p); !again || err != nil {
						c.Close()
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// listenHTTP serves f over HTTP to one user with one password.
func listenHTTP(t *testing.T, f *fakeServer, user, password string) string {
	t.Helper()
	handle := thrift.NewThriftHandlerFunc(hs.NewTCLIServiceProcessor(f), thrift.NewTBinaryProtocolFactoryConf(nil), thrift.NewTBinaryProtocolFactoryConf(nil))
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != want || r.URL.Path != "/cliservice" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}
