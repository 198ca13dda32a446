package hiwa
import ("testing";"fmt";"context";"golang.org/x/sys/unix")
func cput() float64 { var t unix.Timespec; unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID,&t); return float64(t.Nano())*1e-9 }
func TestLab(t *testing.T){
 for _,c:=range [][5]int{{4,4,3,100,100},{4,4,3,200,155},{5,5,6,100,100},{5,5,22,50,50}} {
 x,y:=clouds(3,c[0],c[1],c[2],c[3],c[4])
 s:=decode(t,map[string]any{"tol":0.0})
 p:=mustPrepare(t,s,x,y)
 R,_:=randomStart(request(s,nil,nil,1,1).Rand("x"),c[2],0)
 st:=p.start(R)
 b:=cput(); for i:=0;i<20;i++ { p.step(context.Background(),st) }
 sum:=0; for _,u:=range st.used {sum+=u}
 fmt.Printf("%v %.2f ms per iteration, alternations %d residual %.2g\n",c,(cput()-b)/20*1e3,sum,st.residual)
 }
}
