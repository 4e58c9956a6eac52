package consultation
import ("testing";"time";"fmt";"github.com/khettara/khettara/internal/testkit")
func TestZZ(t *testing.T){
 testkit.EachDSN(t, func(t *testing.T, dsn string){
 w:=newWorld(t,dsn); b:=time.Now(); w.fill(10000); fmt.Println("fill",time.Since(b))
 if w.db.Dialect()=="postgres" { }
 for _,f:=range []ProposalFilter{{}, {Page: 400}, {Unit: city}, {Axis: "water", Unit: bour, Page: 5}, {College: "civil"},
			{Outcomes: []Outcome{Submitted}, Page: 100}, {Words: "إنارة الدوار"}, {Words: "P-0500"}} {
  for k:=0;k<2;k++{
  b:=time.Now(); l,err:=w.Proposals(t.Context(),w.p.ID,f); fmt.Println(f,l.Total,err,time.Since(b))
  }
  wh:=w.where(w.p.ID,f)
  wh2:=w.Service.where(w.p.ID, func() ProposalFilter{f.states=[]ProposalState{Published};return f}())
  _=wh
  for _,q:=range []string{sqlCountProposals+wh2.text.String(), sqlProposals+wh2.page(newestFirst,1,20)}{
  b:=time.Now()
  rows,err:=w.db.Read().QueryContext(t.Context(), q, wh2.args...); if err!=nil{fmt.Println(err);continue}
  n:=0; for rows.Next(){n++}; rows.Close(); fmt.Println("   t",time.Since(b), n)
  ex:="EXPLAIN QUERY PLAN "; if w.db.Dialect()=="postgres"{ex="EXPLAIN ANALYZE "}
  rows,_=w.db.Read().QueryContext(t.Context(), ex+q, wh2.args...)
  for rows.Next(){ if ex[8]=='Q'{var a,b,c int; var d string; rows.Scan(&a,&b,&c,&d); fmt.Println("     ",d)} else {var d string; rows.Scan(&d); fmt.Println("     ",d)}}
  rows.Close()
  }
 }
 })
}
