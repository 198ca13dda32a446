package plasticity

import (
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// settings: defaults are the paper's equation and its main experiments. What the
// released code (BrainNet) does otherwise says so.
type settings struct {
	Labels string `name:"labels" default:"" doc:"class target to learn; empty: the only one there is"`

	V         int     `name:"neurons" default:"1000" min:"1" max:"20000" doc:"|V|"`
	K         int     `name:"k" default:"0" min:"0" max:"20000" doc:"neurons that may fire in a round; 0: half of them"`
	P         float64 `name:"p" default:"0.5" above:"0" max:"1" doc:"probability of a synapse"`
	T         int     `name:"rounds" default:"1" min:"1" max:"4" doc:"T, rounds from h = 0 (the released code counts one less); the first sees the input alone, so that 1 makes no use of the graph"`
	Input     string  `name:"input_weights" default:"normal" choices:"normal,ones" doc:"A: N(0, 1), or all 1, which the paper tries for robustness"`
	InputMask bool    `name:"input_mask" default:"true" doc:"p thins the input weights as well as the graph (equation and released code); false: the paper's text"`
	Round     string  `name:"graph_round" default:"paper" choices:"paper,released" when:"rounds > 1" doc:"paper: (M_G W) h + (M_A A) x; released code: (M_G W)(h + (M_A A) x)"`
	Bias      float64 `name:"graph_bias" default:"0" when:"rounds > 1" doc:"added in rounds 2 to T; the released code has 1 with multiplicative rules"`
	Fired     string  `name:"fired" default:"nonzero" choices:"nonzero,cap" doc:"which neurons fired: those above 0, or (released code) the k of the cap even at 0"`

	Train     string    `name:"train" default:"rule" choices:"rule,perceptron,gd-output,gd-all" doc:"rule: plasticity; baselines: the perceptron on h, gradient descent on U, or on A, W, U and the biases"`
	Source    string    `name:"rule" default:"given" choices:"given,learned,saved,closed-form" when:"train == 'rule'" doc:"given: output_rule and graph_rule; learned by gradient descent; saved: rule_json; closed-form: output rule of least squared error (T = 1)"`
	Output    []float64 `name:"output_rule" default:"-0.5,0.5,0.8,-0.8" when:"train == 'rule' and rule == 'given'" doc:"ro(s, b) at 2 s + b; four numbers stand for (silent, fired) in the last round x (true, wrong label)"`
	Graph     []float64 `name:"graph_rule" default:"" when:"train == 'rule' and rule == 'given' and rounds > 1" doc:"r(s_i, s_j) at 2^T s_i + s_j; empty: W stays"`
	JSON      string    `name:"rule_json" default:"" when:"train == 'rule' and rule == 'saved'" doc:"a rule as text: the contents of rule.json of a kept model"`
	GraphRule bool      `name:"use_graph_rule" default:"true" when:"train == 'rule' and rounds > 1" doc:"false: the rule of W is set to 0 after it is known"`

	Mode       string  `name:"mode" default:"additive" choices:"additive,multiplicative" when:"train == 'rule'" doc:"w + eta r from W = U = 0, or w (1 + eta r) from 1"`
	Eta        float64 `name:"eta" default:"0.01" above:"0" scale:"log" when:"train == 'rule'" doc:"step of U"`
	EtaW       float64 `name:"eta_graph" default:"0.01" min:"0" scale:"log" when:"train == 'rule' and rounds > 1" doc:"step of W; the paper's is that of U"`
	Scale      string  `name:"graph_scale" default:"fixed" choices:"fixed,size" when:"train == 'rule' and rounds > 1" doc:"(ours) size: eta_graph is for 100 neurons and shrinks in proportion to more, so that the input a neuron gets from the graph does not grow with it"`
	GraphDecay float64 `name:"graph_decay" default:"0" min:"0" below:"1" when:"train == 'rule' and rounds > 1" doc:"(ours) share of W that is lost before every update, which bounds it; 0: the paper"`
	Update     string  `name:"update" default:"misclassified" choices:"misclassified,every" when:"train == 'rule'" doc:"which samples change weights"`
	Edges      string  `name:"edges" default:"two-row" choices:"two-row,all" when:"train == 'rule'" doc:"labels with b = 1: the predicted one, or all that are wrong"`

	Examples int  `name:"examples" default:"10000" min:"0" doc:"training samples, drawn at random; 0: all"`
	Epochs   int  `name:"epochs" default:"1" min:"1" doc:"passes over them, each in a new order"`
	Curve    bool `name:"curve" default:"false" when:"train != 'gd-all'" doc:"keep the weights on the way, for accuracy_after_N and accuracy_mean"`

	MetaRole     string  `name:"meta_role" default:"meta" choices:"meta,main" when:"train == 'rule' and (rule == 'learned' or rule == 'closed-form')" doc:"role of the recording that the rule is learned on; its train part is used"`
	MetaLabels   string  `name:"meta_labels" default:"" when:"train == 'rule' and (rule == 'learned' or rule == 'closed-form')" doc:"class target there; empty: the only one there is"`
	MetaExamples int     `name:"meta_examples" default:"10000" min:"0" when:"train == 'rule' and (rule == 'learned' or rule == 'closed-form')" doc:"samples there, drawn at random; 0: all"`
	MetaV        int     `name:"meta_neurons" default:"100" min:"1" max:"5000" when:"train == 'rule' and (rule == 'learned' or rule == 'closed-form')" doc:"|V| of the network that the rule is learned with; k is in proportion"`
	MetaEpochs   int     `name:"meta_epochs" default:"10" min:"1" when:"train == 'rule' and rule == 'learned'" doc:"passes of gradient descent over that recording; the paper's number is not known"`
	MetaBatch    int     `name:"meta_batch" default:"100" min:"1" when:"train == 'rule' and rule == 'learned'" doc:"samples between two resets of the weights, after which the rule makes a step"`
	MetaRate     float64 `name:"meta_rate" default:"0.01" above:"0" scale:"log" when:"train == 'rule' and rule == 'learned'" doc:"of Adam"`
	MetaDecay    float64 `name:"meta_decay" default:"0.01" min:"0" when:"train == 'rule' and rule == 'learned'" doc:"L2 decay of the rule"`
	MetaGraphs   string  `name:"meta_graphs" default:"fixed" choices:"fixed,redrawn" when:"train == 'rule' and rule == 'learned'" doc:"redrawn: (ours) every batch has a new network"`
	Loss         string  `name:"meta_objective" default:"logits" choices:"logits,double-softmax" when:"train == 'rule' and rule == 'learned'" doc:"cross-entropy of the logits, or (released code) of softmax outputs as if they were logits"`
	Param        string  `name:"graph_rule_form" default:"table" choices:"table,mlp" when:"train == 'rule' and rule == 'learned' and rounds > 1" doc:"r as 4^T numbers, or as a small network of the 2T bits"`
	Hidden       int     `name:"hidden" default:"20" min:"1" max:"1000" when:"train == 'rule' and rule == 'learned' and rounds > 1 and graph_rule_form == 'mlp'" doc:"width of the small network"`
	Silent       string  `name:"silent" default:"free" choices:"free,pre,either" when:"train == 'rule' and rule == 'learned' and rounds > 1" doc:"(ours) hold r at 0 where the presynaptic neuron, or either, never fired"`

	GDBatch int     `name:"gd_batch" default:"100" min:"1" when:"train == 'gd-output' or train == 'gd-all' or attack != 'none'" doc:"samples in a step of gradient descent"`
	GDRate  float64 `name:"gd_rate" default:"0.01" above:"0" scale:"log" when:"train == 'gd-output' or train == 'gd-all' or attack != 'none'" doc:"of Adam"`

	Embedding string `name:"embedding" default:"activations" choices:"activations,codes" doc:"h after the last round [|V|], or the firing code [|V| x T]"`

	Attack      string  `name:"attack" default:"none" choices:"none,targeted" doc:"robust accuracy on all parts but train: targeted gradient attack, random search, and transfer from a network trained by gradient descent"`
	Images      int     `name:"attack_images" default:"100" min:"1" when:"attack == 'targeted'" doc:"samples attacked, drawn at random"`
	Steps       int     `name:"attack_steps" default:"50" min:"1" when:"attack == 'targeted'" doc:"gradient steps towards each wrong label (not in the paper)"`
	StepSize    float64 `name:"attack_step_size" default:"2.5" above:"0" when:"attack == 'targeted'" doc:"alpha = attack_step_size eps / attack_steps (not in the paper)"`
	Direction   string  `name:"attack_direction" default:"normalised" choices:"normalised,raw" when:"attack == 'targeted'" doc:"a step is alpha g/|g|, or alpha g as the paper writes it"`
	AttackLoss  string  `name:"attack_loss" default:"logits" choices:"logits,double-softmax" when:"attack == 'targeted'" doc:"L of the attack (not in the paper)"`
	SearchSteps int     `name:"search_steps" default:"500" min:"0" when:"attack == 'targeted'" doc:"of the random search, which uses no gradient"`
	Surrogate   int     `name:"surrogate_epochs" default:"5" min:"0" when:"attack == 'targeted'" doc:"epochs of gradient descent for the network whose adversarial samples are transferred; 0: no transfer"`
	LowerBound  float64 `name:"attack_low" default:"0" when:"attack == 'targeted'" doc:"least value of an input"`
	UpperBound  float64 `name:"attack_high" default:"1" when:"attack == 'targeted'" doc:"greatest value of an input"`
}

func (s *settings) attacked() bool { return s.Attack != "none" }

func (s *settings) multiplicative() bool { return s.Mode == "multiplicative" }

func (s *settings) hidden() int {
	if s.Param == "mlp" {
		return s.Hidden
	}
	return 0
}

func (s *settings) check() error {
	p := 1 << s.T
	switch {
	case s.K > s.V:
		return framework.Refuse(fmt.Sprintf("k: %d of %d neurons cannot fire", s.K, s.V), "k is at most neurons; 0 means half of them")
	case s.Train == "rule" && s.Source == "given" && len(s.Output) != 2*p && len(s.Output) != 4:
		return framework.Refuse(fmt.Sprintf("output_rule: %d numbers for %d patterns", len(s.Output), p), fmt.Sprintf("give %d, at 2 s + b, or four: silent and fired in the last round", 2*p))
	case s.Train == "rule" && s.Source == "given" && s.T > 1 && len(s.Graph) != p*p && len(s.Graph) != 0:
		return framework.Refuse(fmt.Sprintf("graph_rule: %d numbers for %d x %d patterns", len(s.Graph), p, p), fmt.Sprintf("give %d, at %d s_i + s_j, or none", p*p, p))
	case s.Train == "rule" && s.Source == "closed-form" && s.T > 1:
		return framework.Refuse("rule: the closed form is of one round", "set rounds: 1")
	case s.Train == "rule" && s.multiplicative() && s.T > 1 && s.GraphDecay > 0:
		return framework.Refuse("graph_decay: a multiplicative rule has factors for that", "set graph_decay: 0")
	}
	return nil
}

func (s *settings) k(neurons int) int {
	if s.K == 0 {
		return max(1, neurons/2)
	}
	return max(1, s.K*neurons/s.V)
}

func (s *settings) shape(l *lesson) shape {
	return shape{V: s.V, K: s.k(s.V), P: s.P, T: s.T, Inputs: l.inputs, Classes: l.classes, Ones: s.Input == "ones", Thin: s.InputMask,
		Bias: float32(s.Bias), Released: s.Round == "released", ByCap: s.Fired == "cap"}
}

// metaShape is that of the network a rule is learned with.
func (s *settings) metaShape(l *lesson) shape {
	out := s.shape(l)
	out.V, out.K = s.MetaV, s.k(s.MetaV)
	return out
}

// learner applies a rule to a network as the settings say.
func (s *settings) learner(net *network, rule *Rule) *learner {
	etaW := s.EtaW
	if s.Scale == "size" {
		etaW *= 100 / float64(net.V)
	}
	l := newLearner(net, rule, s.Eta, etaW)
	l.decay, l.every, l.allEdges = s.GraphDecay, s.Update == "every", s.Edges == "all"
	return l
}

// lesson is the train part of the recording in that role.
func (s *settings) lesson(req framework.TrainRequest, role string) (*lesson, error) {
	r, err := req.Data.Train(role)
	if err != nil {
		return nil, framework.Refuse(err.Error(), "give the dataset a recording in that role (roles: {main: ..., meta: ...}), or set meta_role: main")
	}
	labels, setting := s.Labels, "labels"
	if role != data.MainRole {
		labels, setting = s.MetaLabels, "meta_labels"
	}
	t, err := classTarget(r, labels)
	if err != nil {
		return nil, framework.Refuse(setting+": "+err.Error(), "name a class target of the recording in role "+role)
	}
	return &lesson{x: r.Samples.Values, inputs: r.Samples.Cols(), labels: t.Labels, classes: t.Classes}, nil
}

// classTarget returns the class target of that name or, without one, the only one.
func classTarget(r *data.Recording, name string) (*data.Target, error) {
	if name != "" {
		return r.ClassTarget(name)
	}
	var found []string
	for _, t := range r.Targets {
		if t.IsClass() {
			found = append(found, t.Name)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("the recording has %d class targets %v, so that one must be named", len(found), found)
	}
	return r.ClassTarget(found[0])
}

// part draws n samples, in the order of the recording; 0 or too many: all.
func (l *lesson) part(n int, rng *rand.Rand) *lesson {
	if n == 0 || n >= l.len() {
		return l
	}
	out := &lesson{inputs: l.inputs, classes: l.classes, x: make([]float32, 0, n*l.inputs)}
	left := n
	for i := range l.len() { // selection sampling (Knuth, algorithm S)
		if rng.IntN(l.len()-i) < left {
			out.x = append(out.x, l.x[i*l.inputs:][:l.inputs]...)
			out.labels = append(out.labels, l.labels[i])
			left--
		}
	}
	return out
}
