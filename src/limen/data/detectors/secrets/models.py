"""Keys of services that run language models, and of what is around them."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.tables import by_form, by_name

_BY_FORM: Final = r"""
openai-key | OpenAI key | sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,74}«T3BlbkFJ»[A-Za-z0-9_-]{20,74}
anthropic-key | Anthropic key | sk-ant-[a-z0-9]{5,8}-[A-Za-z0-9_-]{80,110}
huggingface-token | Hugging Face token | hf_[A-Za-z]{34}
huggingface-org-token | Hugging Face organisation token | api_org_[A-Za-z]{34}
replicate-token | Replicate token | r8_[A-Za-z0-9]{37}
groq-key | Groq key | gsk_[A-Za-z0-9]{20}WGdyb3FY[A-Za-z0-9]{24}
perplexity-key | Perplexity key | pplx-[A-Za-z0-9]{48}
xai-key | xAI key | xai-[A-Za-z0-9]{80}
openrouter-key | OpenRouter key | sk-or-v1-[0-9a-f]{64}
langsmith-key | LangSmith key | lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}
langfuse-key | Langfuse secret key | sk-lf-<uuid>
pinecone-key | Pinecone key | pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}
elevenlabs-key | ElevenLabs key | sk_[0-9a-f]{48}
voyage-key | Voyage AI key | pa-[A-Za-z0-9_-]{43}
jina-key | Jina AI key | jina_[0-9a-f]{32}[A-Za-z0-9_-]{28}
nvidia-key | NVIDIA API key | nvapi-[A-Za-z0-9_-]{64}
cerebras-key | Cerebras key | csk-[a-z0-9]{48}
tavily-key | Tavily key | tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}
firecrawl-key | Firecrawl key | fc-[0-9a-f]{32}
apify-token | Apify token | apify_api_[A-Za-z0-9]{36}
e2b-key | E2B key | e2b_[0-9a-f]{40}
"""

_BY_NAME: Final = r"""
cohere-key | Cohere key | cohere|co_api | [A-Za-z0-9]{40}
mistral-key | Mistral key | mistral | [A-Za-z0-9]{32}
deepseek-key | DeepSeek key | deepseek | sk-[0-9a-f]{32}
together-key | Together AI key | together(?:_?ai)? | [0-9a-f]{64}
assemblyai-key | AssemblyAI key | assemblyai|assembly_ai | [0-9a-f]{32}
deepgram-key | Deepgram key | deepgram | [0-9a-f]{40}
wandb-key | Weights & Biases key | wandb | [0-9a-f]{40}
"""

DETECTORS: Final = (*by_form(_BY_FORM), *by_name(_BY_NAME))
